/* Published files load with the sizes that they are published with, and published vectors have their values.
 */
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "tests/instances/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tally {
    unsigned loaded, scored;
} tally;

/* What the manifest's n and m count, by its own name of the format. */
static const struct {
    const char *listed, *format;
    enum { PAIRS, NONZEROS, ROWS, NOTHING } counted;
} formats[] = {
    {"biqmac-sparse", "sparse", NONZEROS},
    {"rudy", "rudy", PAIRS},
    {"qedc-maxcut", "qedc", PAIRS},
    {"orlib-bqp(multi)", "bqp", NONZEROS},
    {"qoblib-qs", "qs", NONZEROS},
    {"qplib", "qplib", PAIRS},
    {"cplex-lp", "lp", ROWS},
    {"cplex-lp(quadratic obj)", "lp", NOTHING},
    {"mps", "mps", ROWS},
};

/* Lines `i j 0` of a file: the manifest counts them, we do not. */
static uint64_t zero_weights(const char *path)
{
    char *text = NULL;
    size_t size;
    uint64_t zeros = 0;
    cr_assert(qb_file_read(path, QB_FILE_LIMIT, &text, &size, NULL) == QB_OK);
    for (char *line = text, *next; line; line = next) {
        unsigned i, j;
        double weight;
        next = strchr(line, '\n');
        if (next)
            *next++ = 0; /* sscanf measures the whole string */
        zeros += sscanf(line, "%u %u %lf", &i, &j, &weight) == 3 && weight == 0;
    }
    qb_free(text);
    return zeros;
}

static void check_counts(const qb_problem *p, unsigned counted, const char *path, const char *m)
{
    if (!*m || counted == NOTHING)
        return;
    uint64_t wanted = strtoull(m, NULL, 10);
    uint64_t found = counted == PAIRS  ? p->body.pairs + (strcmp(p->format, "rudy") ? 0 : zero_weights(path))
                     : counted == ROWS ? p->body.rows
                                       : qb_problem_nonzeros(p);
    cr_assert(found == wanted, "%s has %llu, the manifest says %s", p->name, (unsigned long long)found, m);
}

/* Files whose n leaves out slack variables, or whose m counts zeros, as the manifest's notes say. */
static bool counts_differently(const char *file)
{
    return strstr(file, "marketsplit") && strstr(file, ".lp");
}

static void load_listed(char *field[TSV_FIELDS], void *context)
{
    tally *t = context;
    char path[FIXTURE_PATH];
    for (size_t k = 0; k < sizeof formats / sizeof *formats; k++) {
        if (strcmp(field[1], formats[k].listed) != 0)
            continue;
        qb_problem p = must_read(shared_path(field[0], path), NULL);
        cr_assert_str_eq(p.format, formats[k].format, "%s", field[0]);
        if (*field[2] && !counts_differently(field[0]))
            cr_assert(p.body.columns == strtoul(field[2], NULL, 10), "%s has %u variables", field[0],
                      p.body.columns);
        check_counts(&p, formats[k].counted, path, field[3]);
        if (strcmp(field[4], "feas") != 0)
            cr_assert_str_eq(qb_sense_name(p.body.sense), field[4], "%s", field[0]);
        t->loaded++;
        qb_problem_free(&p);
    }
}

Test(published, files_load_with_their_sizes, .timeout = 120)
{
    tally t = {0};
    char path[FIXTURE_PATH];
    if (!has_shared())
        return;
    each_tsv_line(shared_path("MANIFEST.tsv", path), true, load_listed, &t);
    fprintf(stderr, "%u published files loaded\n", t.loaded);
    cr_assert(t.loaded >= 160);
}

static void score_listed(char *field[TSV_FIELDS], void *context)
{
    tally *t = context;
    char path[FIXTURE_PATH];
    if (strcmp(field[0], "file") == 0) /* the header, behind a comment */
        return;
    qb_problem p = must_read(shared_path(field[0], path), NULL);
    double value = score_bits(&p, field[2]);
    cr_assert(value == strtod(field[1], NULL), "%s: %.17g, published %s", field[0], value, field[1]);
    t->scored++;
    qb_problem_free(&p);
}

Test(published, vectors_have_their_values, .timeout = 120)
{
    tally t = {0};
    char path[FIXTURE_PATH];
    if (!has_shared())
        return;
    each_tsv_line(shared_path("SOLUTIONS.tsv", path), false, score_listed, &t);
    fprintf(stderr, "%u published vectors scored\n", t.scored);
    cr_assert(t.scored >= 90);
}

/* The same problem from the file, its gzip and every format that can hold it. */
Test(published, models_survive_every_writer, .timeout = 120)
{
    static const struct {
        const char *file, *formats[5];
    } cases[] = {
        {"maxcut_biqmac/pm1s_80.0.mc", {"rudy"}},
        {"maxcut_gset/G11.mc.gz", {"rudy"}},
        {"qoblib/02-labs/labs007.qs", {"qs", "qubo", "lp", "opb"}},
        {"qubo_biqmac/gka1b.sparse", {"qs", "qubo", "lp"}},
        {"qubo_qplib/QPLIB_5881.qplib", {"lp", "qplib"}},
        {"qoblib/06-portfolio/bqp_a010_t10_orig_b004_l0.lp.gz", {"lp"}},
        {"qoblib/09-routing/XSH-n20-k4-01.lp", {"lp", "mps", "qplib"}},
        {"qoblib/05-sports/Addition_000_Tiny.lp.gz", {"lp", "mps", "qplib"}},
        {"mip_miplib/bell5.mps", {"lp", "mps", "qplib"}},
        {"mip_miplib/gt2.mps", {"lp", "mps", "qplib"}},
        {"mip_miplib/dcmulti.mps.gz", {"lp", "mps", "qplib"}},
        {"mip_miplib/p0548.mps.gz", {"lp", "mps", "qplib"}},
    };
    char path[FIXTURE_PATH];
    if (!has_shared())
        return;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_problem p = must_read(shared_path(cases[k].file, path), NULL);
        for (size_t f = 0; cases[k].formats[f]; f++)
            check_round_trip(&p, cases[k].formats[f]);
        qb_problem_free(&p);
    }
}
