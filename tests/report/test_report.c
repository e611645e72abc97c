#define _GNU_SOURCE
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/report/crossings.h"
#include "harness/report/digest.h"
#include "harness/report/figure.h"
#include "harness/report/flips.h"
#include "harness/report/page.h"
#include "harness/report/queries.h"
#include "harness/report/report.h"
#include "harness/report/robustness.h"
#include "tests/store/fixture.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64], path[96], out[96];
static qb_diag diag;
static qb_store *store;
static const qb_evidence *evidence;

static void set_up(void)
{
    cr_assert(fixture_folder(folder));
    snprintf(path, sizeof path, "%s/runs.db", folder);
    snprintf(out, sizeof out, "%s/out", folder);
}

static void tear_down(void)
{
    qb_evidence_free(evidence);
    qb_store_close(store);
    evidence = NULL;
    store = NULL;
    fixture_remove_folder(folder);
}

TestSuite(report, .init = set_up, .fini = tear_down);

static void fill(const fixture_options *options)
{
    cr_assert_eq(qb_store_open(path, QB_STORE_WRITE, &store, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(fixture_fill(store, options, NULL, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_evidence_load(store, NULL, &evidence, &diag), QB_OK, "%s", diag.text);
}

static const fixture_options small = {.instances = 6, .entries = 5, .repeats = 4, .points = 10, .copies = 1};

static char *read_text(const char *name)
{
    char file[160], *text = NULL;
    size_t size;
    snprintf(file, sizeof file, "%s/%s", out, name);
    cr_assert_eq(qb_file_read(file, 1 << 24, &text, &size, &diag), QB_OK, "%s", diag.text);
    return text;
}

static int files_in(const char *where)
{
    DIR *d = opendir(where);
    int count = 0;
    for (struct dirent *e; d && (e = readdir(d));)
        count += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
    if (d)
        closedir(d);
    return count;
}

static qb_status draw(const char *kind, const char *where, unsigned formats, qb_text *written, qb_diag *why)
{
    qb_plots *plots = NULL;
    qb_status status = qb_plots_open(store, evidence, &plots, why);
    if (status == QB_OK)
        status = qb_plots_draw(plots, kind, where, formats, written, why);
    qb_plots_close(plots);
    return status;
}

/* gnuplot is needed at run time only: without it these tests say so and pass on. */
static bool can_draw(void)
{
    if (qb_plot_check(&diag) == QB_OK)
        return true;
    fprintf(stderr, "not drawn: %s\n", diag.text);
    return false;
}

/* ---- digest */

Test(report, scores_failures_as_the_fallback)
{
    fill(&fixture_default);
    qb_digest d;
    cr_assert_eq(qb_digest_make(evidence, &d, &diag), QB_OK);
    uint64_t failed = 0;
    for (uint64_t k = 0; k < evidence->runs; k++) {
        cr_assert(d.score[k] <= QB_FALLBACK_SCORE && d.score[k] >= 0);
        if (!qb_run_counts(&evidence->run[k])) {
            cr_assert_eq(d.score[k], QB_FALLBACK_SCORE);
            failed++;
        }
    }
    cr_assert_eq(d.failed, failed);
    cr_assert_gt(failed, 100);
    uint64_t runs = 0;
    for (uint32_t e = 0; e < evidence->entries; e++)
        for (uint32_t i = 0; i < evidence->instances; i++)
            runs += qb_digest_cell(&d, e, i)->runs;
    cr_assert_eq(runs, d.nominal);
    uint32_t order[8];
    qb_digest_order(&d, order);
    for (uint32_t k = 1; k < evidence->entries; k++)
        cr_assert_leq(qb_digest_mean(&d, order[k - 1]), qb_digest_mean(&d, order[k]));
    cr_assert_str_eq(evidence->entry[order[0]].label, "tabu");
    cr_assert_str_eq(evidence->entry[order[7]].label, "random");
    qb_digest_clear(&d);
}

Test(report, takes_the_best_found_where_nothing_is_known)
{
    fixture_options options = small;
    options.unknown = true;
    fill(&options);
    qb_digest d;
    cr_assert_eq(qb_digest_make(evidence, &d, &diag), QB_OK);
    for (uint32_t i = 0; i < evidence->instances; i++)
        cr_assert(d.best_from_runs[i] && !isnan(d.best[i]));
    double least = 1;
    for (uint64_t k = 0; k < evidence->runs; k++)
        least = fmin(least, d.score[k]);
    cr_assert_eq(least, 0, "somebody has found it");
    qb_crossings c;
    cr_assert_eq(qb_crossings_make(store, &d, &c, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(c.width, 4);
    uint64_t reached = 0;
    for (uint64_t k = 0; k < evidence->runs * c.width; k++)
        reached += isnan(c.time[k]) ? 0 : 1;
    cr_assert_gt(reached, 0);
    qb_crossings_clear(&c);
    qb_digest_clear(&d);
}

/* The trajectories give the same crossings as the summaries that were written with the runs. */
Test(report, finds_the_same_crossings_twice)
{
    fill(&small);
    qb_digest d;
    qb_crossings registered, derived;
    cr_assert_eq(qb_digest_make(evidence, &d, &diag), QB_OK);
    cr_assert_eq(qb_crossings_make(store, &d, &registered, &diag), QB_OK);
    uint32_t *targets = QB_NEW(uint32_t, evidence->instances);
    for (uint32_t i = 0; i < evidence->instances; i++) { /* as if they had not been registered */
        qb_evidence_instance *instance = (qb_evidence_instance *)(uintptr_t)&evidence->instance[i];
        targets[i] = instance->targets;
        instance->targets = 0;
    }
    cr_assert_eq(qb_crossings_make(store, &d, &derived, &diag), QB_OK);
    for (uint64_t k = 0; k < evidence->runs; k++)
        for (uint32_t t = 0; t < registered.width; t++) {
            double a = registered.time[k * registered.width + t], b = derived.time[k * derived.width + t];
            /* registered targets are rounded to integers in the fixture, derived ones are not */
            if (!isnan(a) && !isnan(b))
                cr_assert(b >= a);
            if (t == 3)
                cr_assert(a == b || (isnan(a) && isnan(b)), "the optimum is the optimum");
        }
    qb_free(targets);
    qb_crossings_clear(&registered);
    qb_crossings_clear(&derived);
    qb_digest_clear(&d);
}

Test(report, counts_rankings_that_late_solutions_would_change)
{
    fill(&fixture_default); /* a late solution of the fixture is always the optimum */
    qb_digest d;
    qb_flips flips;
    cr_assert_eq(qb_digest_make(evidence, &d, &diag), QB_OK);
    cr_assert_eq(qb_flips_count(&d, &flips, &diag), QB_OK);
    cr_assert_eq(flips.pairs, 16 * 8 * 7 / 2);
    cr_assert_gt(flips.flipped, 0);
    cr_assert_lt(flips.flipped, flips.pairs / 4);
    qb_digest_clear(&d);
    qb_evidence_free(evidence);
    qb_store_close(store);
    unlink(path);
    fill(&small); /* and here there is none */
    cr_assert_eq(qb_digest_make(evidence, &d, &diag), QB_OK);
    cr_assert_eq(qb_flips_count(&d, &flips, &diag), QB_OK);
    cr_assert_eq(flips.flipped, 0);
    qb_digest_clear(&d);
}

Test(report, measures_what_noise_costs)
{
    fill(&small);
    qb_digest d;
    qb_robustness r;
    cr_assert_eq(qb_digest_make(evidence, &d, &diag), QB_OK);
    cr_assert_eq(qb_robustness_make(&d, &r, &diag), QB_OK);
    cr_assert_eq(r.levels, 3);
    cr_assert(r.level[0] == 0.01 && r.level[2] == 0.05);
    for (uint32_t e = 0; e < r.entries; e++) {
        cr_assert_eq(qb_robustness_at(&r, e, 0)->instances, 6);
        cr_assert_gt(qb_robustness_at(&r, e, 2)->mean, -0.1);
    }
    qb_robustness_clear(&r);
    qb_digest_clear(&d);
}

/* ---- table */

Test(report, prints_a_table_that_fits)
{
    fill(&fixture_default);
    qb_text text = {0};
    qb_table_options options = {.width = 80};
    cr_assert_eq(qb_report_table(evidence, &options, &text, &diag), QB_OK, "%s", diag.text);
    const char *at = qb_text_get(&text);
    for (int line = 1; *at; line++) {
        size_t length = strcspn(at, "\n");
        cr_assert_leq(length, 80, "line %d: %.*s", line, (int)length, at);
        at += length + (at[length] == '\n');
    }
    const char *all = qb_text_get(&text);
    const char *expected[] = {"head-to-head: 4352 runs",
                              "QPLIB_3506",
                              "tabu",
                              "median gap",
                              "feasible",
                              "to best",
                              "204 refused",
                              "baseline",
                              "+-5 %",
                              "flagged"};
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++)
        cr_assert(strstr(all, expected[k]), "no '%s' in\n%s", expected[k], all);
    qb_text_clear(&text);
}

Test(report, says_when_there_are_no_runs)
{
    cr_assert_eq(qb_store_open(path, QB_STORE_WRITE, &store, &diag), QB_OK);
    qb_store_experiment x = {.name = "empty", .identity = "i", .sha256 = "s", .spec = "x"};
    int64_t id;
    cr_assert_eq(qb_store_register_experiment(store, &x, NULL, &id, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_evidence_load(store, NULL, &evidence, &diag), QB_OK, "%s", diag.text);
    qb_text text = {0};
    cr_assert_eq(qb_report_table(evidence, &(qb_table_options){0}, &text, &diag), QB_REFUSED);
    cr_assert_eq(draw("gap", out, QB_PLOT_SVG, NULL, &diag), QB_REFUSED);
    cr_assert_eq(qb_report_write(store, evidence, out, &(qb_report_options){0}, NULL, &diag), QB_REFUSED);
    cr_assert_eq(access(out, F_OK), -1);
    qb_text_clear(&text);
}

/* ---- figures */

/* Tags balance, attributes are quoted, entities are known: what a browser needs to show it. */
static void assert_well_formed(const char *xml, const char *name)
{
    char stack[64][32];
    int depth = 0;
    for (const char *at = xml; *at; at++) {
        if (*at == '&')
            cr_assert(!strncmp(at, "&amp;", 5) || !strncmp(at, "&lt;", 4) || !strncmp(at, "&gt;", 4) ||
                          !strncmp(at, "&quot;", 6) || !strncmp(at, "&#", 2),
                      "%s: %.20s", name, at);
        if (*at != '<')
            continue;
        if (at[1] == '?' || at[1] == '!') {
            at = strchr(at, '>');
            continue;
        }
        bool closing = at[1] == '/';
        const char *tag = at + 1 + closing;
        size_t length = strcspn(tag, " \t\n/>");
        cr_assert(length > 0 && length < 32, "%s: %.20s", name, at);
        char quote = 0;
        for (at = tag + length; *at && (quote || *at != '>'); at++)
            if (quote ? *at == quote : *at == '"' || *at == '\'')
                quote = quote ? 0 : *at;
        cr_assert(*at == '>', "%s: a tag is not closed", name);
        if (closing) {
            cr_assert(depth > 0 && strlen(stack[depth - 1]) == length &&
                          !strncmp(stack[depth - 1], tag, length),
                      "%s: </%.*s> does not match", name, (int)length, tag);
            depth--;
        } else if (at[-1] != '/') {
            cr_assert_lt(depth, 64);
            snprintf(stack[depth++], 32, "%.*s", (int)length, tag);
        }
    }
    cr_assert_eq(depth, 0, "%s: <%s> is still open", name, depth ? stack[depth - 1] : "");
}

/* The synthetic experiment has one penalty; the end-to-end tests draw this figure from real runs. */
static bool compares_penalties(const qb_plot_kind *kind)
{
    return strcmp(kind->name, "penalty") == 0;
}

Test(report, draws_every_figure_with_its_labels, .timeout = 240)
{
    if (!can_draw())
        return;
    fill(&small);
    for (const qb_plot_kind *kind = qb_plot_kinds; kind->name; kind++) {
        qb_text written = {0};
        char name[64];
        if (compares_penalties(kind))
            continue;
        cr_assert_eq(draw(kind->name, out, QB_PLOT_SVG, &written, &diag), QB_OK, "%s", diag.text);
        snprintf(name, sizeof name, "%s.svg", kind->name);
        char *svg = read_text(name);
        assert_well_formed(svg, name);
        bool of_circuits = !strcmp(kind->numbers, "details") || !strcmp(kind->numbers, "circuits");
        const char *expected[] = {kind->title, "experiment head-to-head", "2 s of CPU time a run",
                                  " instances",
                                  of_circuits ? "" : "tabu"}; /* circuits are not of every solver */
        for (size_t k = 0; k < sizeof expected / sizeof *expected; k++)
            cr_assert(strstr(svg, expected[k]), "no '%s' in %s", expected[k], name);
        cr_assert_eq(strstr(svg, "descriptive") != NULL, kind->caution != NULL, "%s", name);
        qb_free(svg);
        qb_text_clear(&written);
    }
}

Test(report, draws_png_and_pdf_too_and_leaves_nothing_else)
{
    if (!can_draw())
        return;
    fill(&small);
    qb_text written = {0};
    unsigned all = QB_PLOT_SVG | QB_PLOT_PNG | QB_PLOT_PDF;
    cr_assert_eq(draw("gap", out, all, &written, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(files_in(out), 3);
    char *png = read_text("gap.png"), *pdf = read_text("gap.pdf");
    cr_assert(!memcmp(png, "\x89PNG", 4) && !memcmp(pdf, "%PDF", 4));
    cr_assert(strstr(qb_text_get(&written), "gap.pdf\n"));
    qb_free(png);
    qb_free(pdf);
    qb_text_clear(&written);
}

Test(report, draws_the_same_bytes_twice)
{
    if (!can_draw())
        return;
    fill(&small);
    cr_assert_eq(draw("ecdf", out, QB_PLOT_SVG, NULL, &diag), QB_OK, "%s", diag.text);
    char *first = read_text("ecdf.svg");
    cr_assert_eq(draw("ecdf", out, QB_PLOT_SVG, NULL, &diag), QB_OK, "%s", diag.text);
    char *second = read_text("ecdf.svg");
    cr_assert_str_eq(first, second);
    qb_free(first);
    qb_free(second);
}

Test(report, escapes_what_comes_from_outside)
{
    qb_figure f = {0};
    qb_figure_text(&f, "title", "it's `rm -rf` \"x\"\nset output");
    cr_assert_str_eq(qb_text_get(&f.script), "title = 'it''s `rm -rf` \"x\" set output'\n");
    qb_text_reset(&f.script);
    qb_figure_open(&f, "data");
    qb_figure_put_text(&f, "a\tb\n\"c\" #d");
    qb_figure_put(&f, NAN);
    qb_figure_end_row(&f);
    qb_figure_close(&f);
    cr_assert_str_eq(qb_text_get(&f.script), "$data << END_OF_DATA\na b  c   d\tNaN\t\nEND_OF_DATA\n");
    qb_text_clear(&f.script);
}

Test(report, survives_a_hostile_name_in_a_figure)
{
    if (!can_draw())
        return;
    fixture_options options = small;
    options.name = "x' <script>`touch pwned`\"$(touch pwned)\" & _{a}^b @c \\n %s and more than fits";
    fill(&options);
    cr_assert_eq(draw("gap", out, QB_PLOT_SVG, NULL, &diag), QB_OK, "%s", diag.text);
    char *svg = read_text("gap.svg");
    assert_well_formed(svg, "gap.svg");
    cr_assert(strstr(svg, "&lt;script") && !strstr(svg, "<script"));
    cr_assert_eq(access("pwned", F_OK), -1);
    qb_free(svg);
}

Test(report, names_the_nearest_figure)
{
    fill(&small);
    cr_assert_eq(draw("gpa", out, QB_PLOT_SVG, NULL, &diag), QB_BAD_INPUT);
    cr_assert(strstr(diag.text, "'gap'"), "%s", diag.text);
}

Test(report, refuses_a_figure_without_data)
{
    if (!can_draw())
        return;
    fixture_options options = small;
    options.copies = 0;
    fill(&options);
    cr_assert_eq(draw("robustness", out, QB_PLOT_SVG, NULL, &diag), QB_REFUSED);
    cr_assert(strstr(diag.text, "perturbed"), "%s", diag.text);
    cr_assert_eq(access(out, F_OK), -1);
}

Test(report, refuses_to_choose_run_lengths_from_three_repeats)
{
    fixture_options few = small;
    few.repeats = 3;
    fill(&few);
    cr_assert_eq(draw("scaling", out, QB_PLOT_SVG, NULL, &diag), QB_REFUSED);
    cr_assert(strstr(diag.text, "at least 4 repeats"), "%s", diag.text);
    cr_assert_eq(files_in(out), 0);
}

Test(report, says_when_gnuplot_is_missing)
{
    fill(&small);
    setenv("PATH", "/nonexistent", 1);
    cr_assert_eq(draw("gap", out, QB_PLOT_SVG, NULL, &diag), QB_ENVIRONMENT);
    cr_assert(strstr(diag.text, "gnuplot"), "%s", diag.text);
    cr_assert_eq(qb_report_write(store, evidence, out, &(qb_report_options){0}, NULL, &diag), QB_ENVIRONMENT);
    cr_assert_eq(access(out, F_OK), -1, "nothing is left behind");
}

Test(report, leaves_nothing_partial_when_a_template_is_broken)
{
    if (!can_draw())
        return;
    fill(&small);
    char templates[96], file[128];
    snprintf(templates, sizeof templates, "%s/templates", folder);
    cr_assert_eq(qb_file_make_folder(templates, &diag), QB_OK);
    snprintf(file, sizeof file, "%s/style.gp", templates);
    cr_assert_eq(qb_file_write(file, "x = 1\n", 6, &diag), QB_OK);
    snprintf(file, sizeof file, "%s/gap.gp", templates);
    static const char broken[] = "plot sin(x)\nplot $box using oops(\n";
    cr_assert_eq(qb_file_write(file, broken, sizeof broken - 1, &diag), QB_OK);
    setenv("QUBOUT_PLOTS", templates, 1);
    cr_assert_eq(draw("gap", out, QB_PLOT_SVG | QB_PLOT_PNG, NULL, &diag), QB_ENVIRONMENT);
    cr_assert(strstr(diag.text, "gap.gp"), "%s", diag.text);
    cr_assert_eq(files_in(out), 0);
    setenv("QUBOUT_PLOTS", "/nonexistent", 1);
    cr_assert_eq(draw("gap", out, QB_PLOT_SVG, NULL, &diag), QB_ENVIRONMENT);
    unsetenv("QUBOUT_PLOTS");
}

/* ---- what the queries fill */

/* Fills a figure without drawing it; the script is the caller's. */
static qb_status fill_figure(qb_plots *plots, qb_status (*query)(qb_figure *, qb_diag *), qb_figure *f)
{
    *f = (qb_figure){.plots = plots,
                     .store = store,
                     .digest = &plots->digest,
                     .order = plots->order,
                     .runs = plots->digest.nominal,
                     .instances = evidence->instances};
    return query(f, &diag);
}

/* The rows of a data block, gaps not counted. */
static uint64_t rows_of(const qb_figure *f, const char *block)
{
    char head[64];
    snprintf(head, sizeof head, "$%s << END_OF_DATA\n", block);
    const char *at = strstr(qb_text_get(&f->script), head);
    cr_assert(at, "no block %s", block);
    uint64_t rows = 0;
    for (at += strlen(head); strncmp(at, "END_OF_DATA", 11); at = strchr(at, '\n') + 1)
        rows += *at != '\n';
    return rows;
}

Test(report, counts_shots_only_of_those_that_draw_them)
{
    fill(&fixture_default);
    qb_plots *plots = NULL;
    qb_figure f;
    cr_assert_eq(qb_plots_open(store, evidence, &plots, &diag), QB_OK);
    cr_assert_eq(fill_figure(plots, qb_query_shots, &f), QB_OK, "%s", diag.text);
    cr_assert_eq(rows_of(&f, "entry"), 6, "branch and cut draws none");
    cr_assert_not(strstr(qb_text_get(&f.script), "glpk"));
    cr_assert_eq(f.runs, 6 * 16 * 10);
    qb_text_clear(&f.script);
    qb_plots_close(plots);
}

Test(report, shows_the_hardest_instances_only)
{
    fill(&fixture_default);
    qb_plots *plots = NULL;
    qb_figure f;
    cr_assert_eq(qb_plots_open(store, evidence, &plots, &diag), QB_OK);
    cr_assert_eq(fill_figure(plots, qb_query_target, &f), QB_OK, "%s", diag.text);
    cr_assert_eq(rows_of(&f, "panel"), f.instances);
    cr_assert(f.instances > 4 && f.instances <= 12);
    qb_text_clear(&f.script);
    qb_plots_close(plots);
}

/* Block number `index` of $curve, up to the gap behind it. */
static void copy_block(const qb_figure *f, int index, char *to, size_t size)
{
    const char *at = strstr(qb_text_get(&f->script), "$curve << END_OF_DATA\n");
    cr_assert(at);
    at = strchr(at, '\n') + 1;
    for (; index > 0; index--)
        at = strstr(at, "\n\n\n") + 3;
    snprintf(to, size, "%.*s", (int)(strstr(at, "\n\n\n") - at), at);
    cr_assert_gt(strlen(to), 20u);
}

/* Of two solvers alone the profile of all is the profile of the two; of more there is a panel for each but
 * one. */
Test(report, profiles_two_solvers_at_a_time)
{
    fixture_options two = fixture_default;
    two.entries = 2;
    two.copies = 0;
    fill(&two);
    ((qb_evidence_entry *)(uintptr_t)evidence->entry)[1].role = QB_EVIDENCE_BASELINE;
    qb_plots *plots = NULL;
    qb_figure all, pairs;
    char profile[2][8192], pair[2][8192];
    cr_assert_eq(qb_plots_open(store, evidence, &plots, &diag), QB_OK);
    cr_assert_eq(fill_figure(plots, qb_query_profile, &all), QB_OK, "%s", diag.text);
    cr_assert_eq(fill_figure(plots, qb_query_pairs, &pairs), QB_OK, "%s", diag.text);
    cr_assert_eq(rows_of(&pairs, "entry"), 1);
    for (int k = 0; k < 2; k++) {
        copy_block(&all, k, profile[k], sizeof profile[k]);
        copy_block(&pairs, k, pair[k], sizeof pair[k]);
    }
    bool turned = strcmp(profile[0], pair[0]) != 0; /* there lines come by where they end */
    cr_assert_str_eq(profile[turned], pair[0]);
    cr_assert_str_eq(profile[!turned], pair[1]);
    qb_text_clear(&all.script);
    qb_text_clear(&pairs.script);
    qb_plots_close(plots);
}

Test(report, profiles_every_solver_beside_the_best_baseline)
{
    fill(&fixture_default);
    qb_plots *plots = NULL;
    qb_figure f;
    cr_assert_eq(qb_plots_open(store, evidence, &plots, &diag), QB_OK);
    cr_assert_eq(fill_figure(plots, qb_query_pairs, &f), QB_OK, "%s", diag.text);
    cr_assert_eq(rows_of(&f, "entry"), 7);
    cr_assert(strstr(qb_text_get(&f.script), "opponent = 'tabu'\n"), "%s", qb_text_get(&f.script));
    qb_text_clear(&f.script);
    qb_plots_close(plots);
}

Test(report, draws_a_resolution_for_every_solver)
{
    fill(&fixture_default);
    qb_plots *plots = NULL;
    qb_figure f;
    cr_assert_eq(qb_plots_open(store, evidence, &plots, &diag), QB_OK);
    cr_assert_eq(fill_figure(plots, qb_query_controls, &f), QB_OK, "%s", diag.text);
    cr_assert_eq(rows_of(&f, "pair"), 8);
    cr_assert(strstr(qb_text_get(&f.script), "minimum = 1 + 0.0\n"), "points of gap");
    qb_text_clear(&f.script);
    cr_assert_eq(fill_figure(plots, qb_query_business, &f), QB_OK, "%s", diag.text);
    cr_assert_eq(rows_of(&f, "loss"), 8);
    cr_assert(strstr(qb_text_get(&f.script), "unit = 'EUR'\n"));
    qb_text_clear(&f.script);
    qb_plots_close(plots);
}

/* Figures must not grow with the runs: gnuplot would take minutes and the page megabytes. */
Test(report, thins_what_goes_to_gnuplot)
{
    fixture_options many = small;
    many.copies = 0;
    many.repeats = 40;
    many.instances = 16;
    many.points = 6;
    fill(&many);
    qb_plots *plots = NULL;
    cr_assert_eq(qb_plots_open(store, evidence, &plots, &diag), QB_OK);
    for (const qb_plot_kind *kind = qb_plot_kinds; kind->name; kind++) {
        qb_figure f;
        qb_status status = fill_figure(plots, kind->query, &f);
        bool refused = !strcmp(kind->name, "robustness") || compares_penalties(kind);
        cr_assert_eq(status, refused ? QB_REFUSED : QB_OK, "%s", diag.text);
        cr_assert_lt(f.script.length, 150000, "%s: %zu bytes of data", kind->name, f.script.length);
        qb_text_clear(&f.script);
    }
    qb_plots_close(plots);
}

/* ---- page */

Test(report, writes_a_page_that_stands_alone, .timeout = 240)
{
    if (!can_draw())
        return;
    fill(&fixture_default);
    qb_text written = {0};
    qb_report_options options = {.database = "results/a&b.db"};
    cr_assert_eq(qb_report_write(store, evidence, out, &options, &written, &diag), QB_OK, "%s", diag.text);
    char *page = read_text("report.html");
    const char *expected[] = {"<!DOCTYPE html>",  "Instance by solver", "needs 120 qubits",
                              "Example CPU 3000", "a&amp;b.db",         "prefers-color-scheme: dark",
                              "var(--ink)",       "glpk-cuts",          "arXiv:1411.4028",
                              "SELECT * FROM"};
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++)
        cr_assert(strstr(page, expected[k]), "no '%s'", expected[k]);
    static const char *const banned[] = {"<script", "src=", "@import", "url(http", "<link"};
    for (size_t k = 0; k < sizeof banned / sizeof *banned; k++)
        cr_assert_not(strstr(page, banned[k]), "'%s' would reach outside", banned[k]);
    size_t figures = 0, kinds = 0;
    for (const qb_plot_kind *kind = qb_plot_kinds; kind->name; kind++)
        kinds += !compares_penalties(kind);
    for (const char *at = page; (at = strstr(at, "<figure")); at++)
        figures++;
    cr_assert_eq(figures, kinds);
    char *body = strstr(page, "<body>"), *end = strstr(page, "</body>");
    cr_assert(body && end);
    end[strlen("</body>")] = 0;
    assert_well_formed(body, "report.html");
    qb_free(page);
    qb_text_clear(&written);
}

static size_t count_between(const char *from, const char *end, const char *word)
{
    size_t count = 0;
    while ((from = strstr(from, word)) && from < end) {
        from += strlen(word);
        count++;
    }
    return count;
}

/* A page shows 200 instances at most, spread over all of them, and says how many it leaves to the query. */
Test(report, a_page_of_many_instances_stays_a_page, .timeout = 240)
{
    if (!can_draw())
        return;
    const uint32_t many = 450;
    fill(&(fixture_options){.instances = many, .entries = 2, .repeats = 2, .points = 3});
    qb_text written = {0};
    cr_assert_eq(qb_report_write(store, evidence, out, &(qb_report_options){0}, &written, &diag), QB_OK, "%s",
                 diag.text);
    char *page = read_text("report.html");
    char *table = strstr(page, "id=\"instances\""), *end = table ? strstr(table, "</table>") : NULL;
    cr_assert(end);
    cr_assert_eq(count_between(table, end, "<tr>"), 1 + 200u); /* the heading too */
    size_t shown = 0;
    for (uint32_t i = 0; i < many; i++) {
        qb_text cell = {0};
        qb_text_appendf(&cell, ">%s<", evidence->instance[i].name);
        size_t rows = count_between(table, end, qb_text_get(&cell));
        cr_assert_leq(rows, 1, "'%s' twice", evidence->instance[i].name);
        shown += rows;
        qb_text_clear(&cell);
    }
    cr_assert_eq(shown, 200);
    cr_assert(strstr(end, ">250</a> more are in the query"));
    qb_free(page);
    qb_text_clear(&written);
}

Test(report, makes_a_figure_part_of_the_page)
{
    qb_text text = {0};
    qb_page_inline_svg("<?xml?>\n<svg x='1'><title>t</title><desc>d</desc><rect fill=\"#ffffff\"/>"
                       "<use id='p' xlink:href='#q'/><g stroke=\"rgb( 27,  27,  27)\"/></svg>",
                       "gap", &text);
    cr_assert_str_eq(qb_text_get(&text),
                     "<svg role=\"img\" aria-labelledby=\"caption-gap\" x='1'><rect fill=\"none\"/>"
                     "<use id='gap-p' xlink:href='#gap-q'/><g stroke=\"var(--ink)\"/></svg>");
    qb_text_clear(&text);
}

/* ---- export */

Test(report, exports_what_reads_back)
{
    fill(&fixture_default);
    qb_text csv = {0}, json = {0};
    cr_assert_eq(qb_export_csv(store, "head-to-head", &csv, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_export_json(store, NULL, &json, &diag), QB_OK, "%s", diag.text);
    size_t lines = 0;
    for (const char *at = qb_text_get(&csv); *at; at++)
        lines += *at == '\n';
    cr_assert_eq(lines, evidence->runs + 1);
    cr_assert(!strncmp(qb_text_get(&csv), "run,experiment,instance,", 24));
    qb_json *root = NULL;
    cr_assert_eq(qb_json_parse("export", qb_text_get(&json), json.length, &root, &diag), QB_OK, "%s",
                 diag.text);
    cr_assert_eq(qb_json_count(root), evidence->runs);
    const qb_json *first = qb_json_at(root, 0);
    cr_assert_str_eq(qb_json_text(qb_json_get(first, "experiment")), "head-to-head");
    cr_assert_eq(qb_json_type_of(qb_json_get(first, "params")), QB_JSON_OBJECT);
    qb_json_free(root);
    cr_assert_eq(qb_export_csv(store, "nothing", &csv, &diag), QB_BAD_INPUT);
    qb_text_clear(&csv);
    qb_text_clear(&json);
}

Test(report, survives_every_failed_allocation)
{
    fill(&small);
    for (int64_t successes = 0;; successes++) {
        qb_text text = {0};
        qb_memory_fail_after(successes);
        qb_status status = qb_report_table(evidence, &(qb_table_options){0}, &text, &diag);
        qb_memory_fail_never();
        qb_text_clear(&text);
        if (status == QB_OK)
            break;
        cr_assert_eq(status, QB_NO_MEMORY);
        cr_assert_lt(successes, 1000);
    }
}

Test(report, writes_markdown_and_latex)
{
    fixture_options options = small;
    options.name = "a_b & 50 %";
    fill(&options);
    qb_text markdown = {0}, latex = {0};
    cr_assert_eq(qb_report_markup(evidence, QB_MARKDOWN, &markdown, &diag), QB_OK, "%s", diag.text);
    cr_assert_eq(qb_report_markup(evidence, QB_LATEX, &latex, &diag), QB_OK, "%s", diag.text);
    const char *m = qb_text_get(&markdown), *l = qb_text_get(&latex);
    cr_assert(strstr(m, "### a\\_b &amp; 50 %: ") && strstr(m, "|---|---|--:") &&
              strstr(m, "| anneal-long |"));
    cr_assert(strstr(l, "\\begin{tabular}{llrrrr}") && strstr(l, "\\toprule") &&
              strstr(l, "a\\_b \\& 50 \\%"));
    cr_assert(strstr(l, "mc\\_010\\_003\\_000"));
    size_t pipes = 0, rows = 0;
    for (const char *line = strstr(m, "| solver"); line && *line == '|';
         line = strchr(line, '\n') + 1, rows++) {
        size_t here = 0;
        for (const char *c = line; *c != '\n'; c++)
            here += *c == '|' && (c == line || c[-1] != '\\');
        cr_assert(!pipes || here == pipes, "a row of another width: %.80s", line);
        pipes = here;
    }
    cr_assert_eq(rows, 2 + 5);
    qb_text_clear(&markdown);
    qb_text_clear(&latex);
}
