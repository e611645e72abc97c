/* From a filled figure to files: gnuplot writes under temporary names, which are renamed once all is well. */
#define _GNU_SOURCE
#include "harness/base/file.h"
#include "harness/base/spawn.h"
#include "harness/report/figure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GNUPLOT_TIMEOUT_S 120

static const struct {
    unsigned bit;
    const char *extension;
} formats[] = {{QB_PLOT_SVG, "svg"}, {QB_PLOT_PNG, "png"}, {QB_PLOT_PDF, "pdf"}};

#define FORMATS (sizeof formats / sizeof *formats)

/* ---- is gnuplot there, and can it write? */

static qb_status run_program(const char *const *argv, const char *input, size_t size, qb_spawn_result *result,
                             qb_diag *diag)
{
    qb_spawn spawn = {.argv = argv,
                      .input = input,
                      .input_size = size,
                      .timeout_s = GNUPLOT_TIMEOUT_S,
                      .output_limit = 1 << 20};
    return qb_spawn_run(&spawn, result, diag);
}

qb_status qb_plot_check(qb_diag *diag)
{
    if (!qb_spawn_find("gnuplot"))
        return qb_fail(diag, QB_ENVIRONMENT,
                       "gnuplot is not installed: figures need it (Debian: gnuplot-nox, fonts-dejavu-core)");
    if (!qb_spawn_find("fc-list"))
        return QB_OK; /* no way to ask; gnuplot brings fontconfig, so this is not Debian */
    qb_spawn_result result;
    qb_status status =
        run_program((const char *const[]){"fc-list", ":", "family", NULL}, NULL, 0, &result, diag);
    if (status != QB_OK)
        return status;
    bool fonts = result.output_size > 0;
    qb_spawn_clear(&result);
    /* without any font gnuplot leaves out every label and still reports success */
    return fonts ? QB_OK
                 : qb_fail(diag, QB_ENVIRONMENT,
                           "no fonts are installed: figures need one (Debian: fonts-dejavu-core)");
}

/* ---- names */

typedef struct output {
    const char *folder, *kind;
    unsigned wanted;
} output;

static void final_name(const char *folder, const char *kind, size_t format, qb_text *out)
{
    qb_text_appendf(out, "%s/%s.%s", folder, kind, formats[format].extension);
}

static void partial_name(const char *folder, const char *kind, size_t format, qb_text *out)
{
    qb_text_appendf(out, "%s/.%s-%ld.%s", folder, kind, (long)getpid(), formats[format].extension);
}

/* ---- the script */

/* `point`: what a pixel of the SVG is where fonts are counted, so that all three look alike. */
static void set_terminal(qb_figure *f, const char *kind, size_t format)
{
    qb_text *s = &f->script;
    bool pixels = formats[format].bit == QB_PLOT_SVG;
    qb_text_appendf(s, "point = %s\n", pixels ? "1.0" : "0.75");
    if (pixels)
        qb_text_appendf(s,
                        "set terminal svg size %" PRIu32 ",%" PRIu32
                        " dynamic background '#ffffff' font 'DejaVu Sans,13' name '%s'\n",
                        f->width, f->height, kind);
    else if (formats[format].bit == QB_PLOT_PNG) /* twice the pixels, the same look */
        qb_text_appendf(
            s,
            "set terminal pngcairo size %" PRIu32 ",%" PRIu32
            " background '#ffffff' font 'DejaVu Sans,9.75' fontscale 2 linewidth 2 pointscale 2\n",
            2 * f->width, 2 * f->height);
    else
        qb_text_appendf(s,
                        "set terminal pdfcairo size %.3f,%.3f background '#ffffff' font 'DejaVu Sans,9.75'"
                        " linewidth 2 pointscale 1\n",
                        f->width / 96.0, f->height / 96.0);
}

static void quote(qb_text *s, const char *text)
{
    qb_text_append_char(s, '\'');
    for (const char *c = text; *c; c++)
        if (*c == '\'')
            qb_text_append(s, "''");
        else
            qb_text_append_char(s, *c);
    qb_text_append(s, "'\n");
}

static void write_script(qb_figure *f, const output *o)
{
    qb_text text = {0};
    for (size_t k = 0; k < FORMATS; k++)
        if (o->wanted & formats[k].bit) {
            set_terminal(f, o->kind, k);
            qb_text_reset(&text);
            partial_name(o->folder, o->kind, k, &text);
            qb_text_append(&f->script, "set output ");
            quote(&f->script, qb_text_get(&text));
            for (int part = 0; part < 2; part++) {
                qb_text_reset(&text);
                qb_text_appendf(&text, "%s/%s.gp", qb_text_get(&f->plots->templates),
                                part ? o->kind : "style");
                qb_text_append(&f->script, "load ");
                quote(&f->script, qb_text_get(&text));
            }
            qb_text_append(&f->script, "set output\nreset\n");
        }
    qb_text_clear(&text);
}

/* The line of gnuplot's talk that says what is wrong: the last one with "line" in it, else the last. */
static void last_words(const char *errors, char out[200])
{
    const char *best = "";
    for (const char *line = errors; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (*line != '\n' && (strstr(line, "line") || !*best))
            best = line;
    snprintf(out, 200, "%.*s", (int)strcspn(best, "\n"), best);
}

static qb_status run_gnuplot(const qb_figure *f, const char *kind, qb_diag *diag)
{
    qb_spawn_result result;
    if (f->script.status != QB_OK)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure '%s'", kind);
    /* -d: the user's own .gnuplot stays out of it */
    qb_status status = run_program((const char *const[]){"gnuplot", "-d", NULL}, qb_text_get(&f->script),
                                   f->script.length, &result, diag);
    if (status != QB_OK)
        return status;
    if (result.timed_out)
        status = qb_fail(diag, QB_ENVIRONMENT, "gnuplot took more than %d s for figure '%s'",
                         GNUPLOT_TIMEOUT_S, kind);
    else if (result.exit_code != 0) {
        char said[200];
        last_words(result.errors, said);
        status = qb_fail(diag, QB_ENVIRONMENT, "gnuplot failed on figure '%s': %s", kind, said);
    }
    qb_spawn_clear(&result);
    return status;
}

/* ---- all formats or none */

static qb_status check_one(const output *o, size_t format, qb_text *partial, qb_text *final, qb_diag *diag)
{
    struct stat file;
    partial_name(o->folder, o->kind, format, partial);
    final_name(o->folder, o->kind, format, final);
    if (partial->status != QB_OK || final->status != QB_OK)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for figure '%s'", o->kind);
    if (stat(qb_text_get(partial), &file) != 0 || file.st_size == 0)
        return qb_fail(diag, QB_ENVIRONMENT, "gnuplot left '%s' empty: is the disk full?",
                       qb_text_get(final));
    return QB_OK;
}

static qb_status rename_one(const qb_text *partial, const qb_text *final, qb_text *written, qb_diag *diag)
{
    if (rename(qb_text_get(partial), qb_text_get(final)) != 0)
        return qb_fail(diag, QB_ENVIRONMENT, "cannot write '%s': %s", qb_text_get(final), strerror(errno));
    if (written)
        qb_text_appendf(written, "%s\n", qb_text_get(final));
    return QB_OK;
}

/* Looks at every file before the first is renamed. */
static qb_status publish(const output *o, qb_text *written, qb_diag *diag)
{
    qb_status status = QB_OK;
    qb_text partial[FORMATS] = {{0}}, final[FORMATS] = {{0}};
    for (size_t k = 0; k < FORMATS && status == QB_OK; k++)
        if (o->wanted & formats[k].bit)
            status = check_one(o, k, &partial[k], &final[k], diag);
    for (size_t k = 0; k < FORMATS && status == QB_OK; k++)
        if (o->wanted & formats[k].bit)
            status = rename_one(&partial[k], &final[k], written, diag);
    for (size_t k = 0; k < FORMATS; k++) {
        qb_text_clear(&partial[k]);
        qb_text_clear(&final[k]);
    }
    return status;
}

static void discard(const output *o)
{
    qb_text partial = {0};
    for (size_t k = 0; k < FORMATS; k++) {
        qb_text_reset(&partial);
        partial_name(o->folder, o->kind, k, &partial);
        (void)unlink(qb_text_get(&partial));
    }
    qb_text_clear(&partial);
}

qb_status qb_figure_write(qb_figure *figure, const char *kind, const char *title, const char *subtitle,
                          const char *folder, unsigned wanted, qb_text *written, qb_diag *diag)
{
    output out = {.folder = folder, .kind = kind, .wanted = wanted};
    qb_status status = qb_file_make_folder(folder, diag);
    if (status != QB_OK)
        return status;
    qb_figure_text(figure, "title", title);
    qb_figure_text(figure, "subtitle", subtitle);
    qb_figure_number(figure, "width", figure->width);
    qb_figure_number(figure, "height", figure->height);
    write_script(figure, &out);
    status = run_gnuplot(figure, kind, diag);
    if (status == QB_OK)
        status = publish(&out, written, diag);
    if (status != QB_OK)
        discard(&out);
    return status;
}
