/* From a filled figure to files: gnuplot writes under temporary names, which are renamed once all is well. */
#define _GNU_SOURCE
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/base/spawn.h"
#include "harness/report/figure.h"
#include "harness/report/templates.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GNUPLOT_TIMEOUT_S 120
#define DEFAULT_WIDTH     900
#define DEFAULT_HEIGHT    500

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

static void final_name(const char *folder, const char *kind, size_t format, qb_text *out)
{
    qb_text_appendf(out, "%s/%s.%s", folder, kind, formats[format].extension);
}

static void partial_name(const char *folder, const char *kind, size_t format, qb_text *out)
{
    qb_text_appendf(out, "%s/.%s-%ld.%s", folder, kind, (long)getpid(), formats[format].extension);
}

/* ---- the script */

static void set_terminal(qb_figure *f, const char *kind, size_t format)
{
    qb_text *s = &f->script;
    switch (formats[format].bit) {
    case QB_PLOT_SVG:
        qb_text_appendf(s,
                        "set terminal svg size %" PRIu32 ",%" PRIu32
                        " dynamic background '#ffffff' font 'DejaVu Sans,13' name '%s'\n",
                        f->width, f->height, kind);
        break;
    case QB_PLOT_PNG: /* twice the pixels, the same look */
        qb_text_appendf(s,
                        "set terminal pngcairo size %" PRIu32 ",%" PRIu32
                        " background '#ffffff' font 'DejaVu Sans,10' fontscale 2 linewidth 2 pointscale 2\n",
                        2 * f->width, 2 * f->height);
        break;
    default:
        qb_text_appendf(s,
                        "set terminal pdfcairo size %.3f,%.3f background '#ffffff' font 'DejaVu Sans,10'"
                        " linewidth 1 pointscale 0.6\n",
                        f->width / 96.0, f->height / 96.0);
    }
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

static void subtitle(const qb_figure *f, qb_text *out)
{
    const qb_evidence *e = f->digest->evidence;
    qb_text_appendf(out, "experiment %s  ·  ", e->experiment.name);
    qb_say_budget(e, out);
    qb_text_append(out, "  ·  ");
    qb_say_count(e->runs, " ", out);
    qb_text_appendf(out, " runs, %" PRIu32 " instances", e->instances);
}

static void write_script(qb_figure *f, const qb_plot_kind *kind, const char *folder, unsigned wanted,
                         const char *templates)
{
    qb_text text = {0};
    subtitle(f, &text);
    qb_figure_text(f, "title", kind->title);
    qb_figure_text(f, "subtitle", qb_text_get(&text));
    qb_figure_number(f, "width", f->width);
    qb_figure_number(f, "height", f->height);
    for (size_t k = 0; k < FORMATS; k++)
        if (wanted & formats[k].bit) {
            set_terminal(f, kind->name, k);
            qb_text_reset(&text);
            partial_name(folder, kind->name, k, &text);
            qb_text_append(&f->script, "set output ");
            quote(&f->script, qb_text_get(&text));
            for (int part = 0; part < 2; part++) {
                qb_text_reset(&text);
                qb_text_appendf(&text, "%s/%s.gp", templates, part ? kind->name : "style");
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

typedef struct output {
    const char *folder, *kind;
    unsigned wanted;
} output;

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

static const qb_plot_kind *find_kind(const char *name, qb_diag *diag)
{
    qb_nearest near = {.word = name};
    char hint[QB_HINT_TEXT];
    for (const qb_plot_kind *kind = qb_plot_kinds; kind->name; kind++) {
        if (!strcmp(kind->name, name))
            return kind;
        qb_nearest_offer(&near, kind->name);
    }
    qb_fail(diag, QB_BAD_INPUT, "unknown figure '%s'%s", name, qb_nearest_hint(&near, hint));
    return NULL;
}

qb_status qb_plot_draw(qb_store *store, const qb_evidence *evidence, const char *kind_name,
                       const char *folder, unsigned wanted, qb_text *written, qb_diag *diag)
{
    const qb_plot_kind *kind = find_kind(kind_name, diag);
    if (!kind)
        return QB_BAD_INPUT;
    if (!evidence->runs)
        return qb_fail(diag, QB_REFUSED, "experiment '%s' has no runs yet", evidence->experiment.name);
    qb_digest digest = {0};
    qb_text templates = {0};
    uint32_t *order = QB_NEW(uint32_t, evidence->entries);
    qb_figure figure = {
        .store = store, .digest = &digest, .order = order, .width = DEFAULT_WIDTH, .height = DEFAULT_HEIGHT};
    qb_status status = order ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory for figure '%s'", kind_name);
    if (status == QB_OK)
        status = qb_plot_check(diag);
    if (status == QB_OK)
        status = qb_templates_find(&templates, diag);
    if (status == QB_OK)
        status = qb_digest_make(evidence, &digest, diag);
    if (status == QB_OK) {
        qb_digest_order(&digest, order);
        status = kind->query(&figure, diag);
    }
    if (status == QB_OK)
        status = qb_file_make_folder(folder, diag);
    if (status == QB_OK) {
        output out = {.folder = folder, .kind = kind->name, .wanted = wanted};
        write_script(&figure, kind, folder, wanted, qb_text_get(&templates));
        status = run_gnuplot(&figure, kind->name, diag);
        if (status == QB_OK)
            status = publish(&out, written, diag);
        if (status != QB_OK)
            discard(&out);
    }
    qb_text_clear(&figure.script);
    qb_text_clear(&templates);
    qb_digest_clear(&digest);
    qb_free(order);
    return status;
}
