/* The figures of one experiment: what they share, and how one of them is filled, titled and drawn. */
#include "harness/base/memory.h"
#include "harness/report/figure.h"
#include "harness/report/templates.h"

#include <inttypes.h>
#include <string.h>

#define DEFAULT_WIDTH  900
#define DEFAULT_HEIGHT 500
#define NAME_SHOWN     40 /* bytes of an experiment's name in a subtitle */

qb_status qb_plots_open(qb_store *store, const qb_evidence *evidence, qb_plots **plots, qb_diag *diag)
{
    if (!evidence->runs)
        return qb_fail(diag, QB_REFUSED, "experiment '%s' has no runs yet", evidence->experiment.name);
    qb_plots *p = QB_NEW(qb_plots, 1);
    uint32_t *order = QB_NEW(uint32_t, evidence->entries);
    qb_status status = p && order ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory for the figures");
    if (status == QB_OK)
        status = qb_digest_make(evidence, &p->digest, diag);
    if (status != QB_OK) {
        qb_free(p);
        qb_free(order);
        return status;
    }
    const qb_store_experiment *x = &evidence->experiment;
    p->store = store;
    p->order = order;
    qb_digest_order(&p->digest, order);
    /* a text that this build cannot read (another version's solvers) leaves out what it would have said */
    (void)qb_experiment_parse(x->name, x->spec, strlen(x->spec), &p->experiment, NULL);
    *plots = p;
    return QB_OK;
}

void qb_plots_close(qb_plots *plots)
{
    if (!plots)
        return;
    qb_digest_clear(&plots->digest);
    qb_crossings_clear(&plots->crossings);
    qb_experiment_free(plots->experiment);
    qb_text_clear(&plots->templates);
    qb_text_clear(&plots->caption);
    qb_free(plots->order);
    qb_free(plots);
}

const char *qb_plots_caption(const qb_plots *plots)
{
    return qb_text_get(&plots->caption);
}

const qb_crossings *qb_figure_crossings(qb_figure *figure, qb_status *status, qb_diag *diag)
{
    qb_plots *p = figure->plots;
    if (!p->has_crossings) {
        *status = qb_crossings_make(p->store, &p->digest, &p->crossings, diag);
        p->has_crossings = *status == QB_OK;
    }
    return p->has_crossings ? &p->crossings : NULL;
}

/* ---- words */

/* Whole characters of a long name only. */
static void say_name(const char *name, qb_text *out)
{
    size_t shown = strlen(name);
    if (shown <= NAME_SHOWN) {
        qb_text_append(out, name);
        return;
    }
    for (shown = NAME_SHOWN; shown > 0 && ((unsigned char)name[shown] & 0xc0) == 0x80;)
        shown--;
    qb_text_append_bytes(out, name, shown);
    qb_text_append(out, "…");
}

static void say_n(const qb_figure *f, qb_text *out)
{
    qb_say_count(f->runs, " ", out);
    qb_text_appendf(out, " run%s, %" PRIu32 " instance%s", f->runs == 1 ? "" : "s", f->instances,
                    f->instances == 1 ? "" : "s");
}

static bool has_decision(const qb_figure *f)
{
    return f->plots->experiment && f->plots->experiment->decision.given;
}

static void say_subtitle(const qb_figure *f, const qb_plot_kind *kind, qb_text *out)
{
    const qb_evidence *e = f->digest->evidence;
    qb_text_append(out, "experiment ");
    say_name(e->experiment.name, out);
    qb_text_append(out, "  ·  ");
    qb_say_budget(e, out);
    qb_text_append(out, "  ·  ");
    say_n(f, out);
    if (kind->caution)
        qb_text_append(out, "  ·  descriptive");
    else if (!has_decision(f))
        qb_text_append(out, "  ·  exploratory");
}

static void say_caption(const qb_figure *f, const qb_plot_kind *kind, qb_text *out)
{
    qb_text_appendf(out, "%s. n = ", kind->help);
    say_n(f, out);
    qb_text_append(out, "; ");
    qb_say_budget(f->digest->evidence, out);
    qb_text_append(out, ".");
    if (kind->caution)
        qb_text_appendf(out, " Descriptive: %s.", kind->caution);
    else if (!has_decision(f))
        qb_text_append(out, " Exploratory: no decision rule was registered.");
}

/* ---- one figure */

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

static qb_status draw(qb_figure *f, const qb_plot_kind *kind, const char *folder, unsigned formats,
                      qb_text *written, qb_diag *diag)
{
    qb_text subtitle = {0};
    qb_status status = kind->query(f, diag);
    if (status == QB_OK) {
        say_subtitle(f, kind, &subtitle);
        say_caption(f, kind, &f->plots->caption);
        status = qb_figure_write(f, kind->name, kind->title, qb_text_get(&subtitle), folder, formats, written,
                                 diag);
    }
    qb_text_clear(&subtitle);
    return status;
}

qb_status qb_plots_draw(qb_plots *plots, const char *kind_name, const char *folder, unsigned formats,
                        qb_text *written, qb_diag *diag)
{
    const qb_plot_kind *kind = find_kind(kind_name, diag);
    if (!kind)
        return QB_BAD_INPUT;
    qb_status status = QB_OK;
    if (!plots->templates.length) { /* the first figure */
        status = qb_plot_check(diag);
        if (status == QB_OK)
            status = qb_templates_find(&plots->templates, diag);
    }
    if (status != QB_OK)
        return status;
    qb_figure figure = {.plots = plots,
                        .store = plots->store,
                        .digest = &plots->digest,
                        .order = plots->order,
                        .width = DEFAULT_WIDTH,
                        .height = DEFAULT_HEIGHT,
                        .runs = plots->digest.nominal,
                        .instances = plots->digest.evidence->instances};
    qb_text_reset(&plots->caption);
    status = draw(&figure, kind, folder, formats, written, diag);
    qb_text_clear(&figure.script);
    return status;
}
