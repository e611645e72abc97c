/* Everything that a reader needs to check an experiment, in one archive. */
#define _POSIX_C_SOURCE 200809L
#include "harness/report/bundle.h"
#include "harness/base/archive.h"
#include "harness/base/scratch.h"
#include "harness/report/digest.h"
#include "harness/report/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct bundle {
    qb_store *store;
    const qb_evidence *e;
    const qb_bundle_options *options;
    const char *scratch;
    qb_archive *archive;
    qb_diag *diag;
} bundle;

static qb_status add_text(bundle *b, const char *name, qb_text *text)
{
    qb_status status = text->status == QB_OK
                           ? qb_archive_add(b->archive, name, qb_text_get(text), text->length, b->diag)
                           : qb_fail(b->diag, QB_NO_MEMORY, "no memory for '%s'", name);
    qb_text_clear(text);
    return status;
}

/* ---- words */

/* A YAML scalar: JSON's strings are among them. */
static void put_field(qb_text *out, const char *key, const char *value)
{
    qb_text_append(out, key);
    qb_text_append_json(out, value);
    qb_text_append_char(out, '\n');
}

/* Citation File Format 1.2.0: how to cite the runs, and what they were made with. */
static qb_status add_citation(bundle *b)
{
    const qb_evidence *e = b->e;
    qb_text out = {0}, title = {0};
    qb_text_append(&out,
                   "cff-version: 1.2.0\nmessage: \"Please cite these results as below.\"\ntype: dataset\n");
    qb_text_appendf(&title, "Runs of the experiment %s", e->experiment.name);
    put_field(&out, "title: ", qb_text_get(&title));
    qb_text_append(&out, "authors:\n");
    put_field(&out, "  - name: ", b->options->author ? b->options->author : "author not stated");
    qb_text_append(&out, "date-released: ");
    qb_text_append_bytes(&out, e->experiment.registered_at,
                         strnlen(e->experiment.registered_at, strlen("YYYY-MM-DD")));
    qb_text_append(
        &out, "\nidentifiers:\n  - type: other\n    description: SHA-256 of the registered specification\n");
    put_field(&out, "    value: ", e->experiment.sha256);
    qb_text_append(&out, "references:\n");
    for (uint32_t k = 0; k < e->builds; k++) {
        qb_text_append(
            &out,
            "  - type: software\n    title: Qubout\n    authors:\n      - name: \"Qubout contributors\"\n");
        put_field(&out, "    version: ", e->build[k].version);
        put_field(&out, "    commit: ", e->build[k].revision);
    }
    for (uint32_t k = 0; k < e->entries; k++) {
        qb_text_append(&out, "  - type: generic\n    authors:\n      - name: \"see the title\"\n");
        put_field(&out, "    title: ", e->entry[k].source);
        qb_text_reset(&title);
        qb_text_appendf(&title, "the method of solver %s", e->entry[k].name);
        put_field(&out, "    notes: ", qb_text_get(&title));
    }
    qb_text_clear(&title);
    return add_text(b, "CITATION.cff", &out);
}

static qb_status add_readme(bundle *b)
{
    const qb_evidence *e = b->e;
    qb_text out = {0};
    qb_text_appendf(&out, "# %s\n\n", e->experiment.name);
    qb_say_count(e->runs, " ", &out);
    qb_text_appendf(&out, " runs on %" PRIu32 " instances, ", e->instances);
    qb_say_budget(e, &out);
    qb_text_append(&out,
                   ".\n\n"
                   "| file | what |\n|---|---|\n"
                   "| `specification.yaml` | the experiment as it was registered before the first run |\n"
                   "| `hashes.txt` | SHA-256 of specification, decision rule and every instance |\n"
                   "| `runs.db` | every run, with trajectory and solution: one SQLite file |\n"
                   "| `report/` | the page and its figures |\n"
                   "| `table.md`, `table.tex` | the tables |\n"
                   "| `CITATION.cff` | how to cite this |\n"
                   "| `SHA256SUMS` | `sha256sum -c SHA256SUMS` checks all of the above |\n\n"
                   "Run it again and compare:\n\n"
                   "    qubout run specification.yaml --db again.db\n"
                   "    qubout verdict --db runs.db\n"
                   "    qubout report --db runs.db --out again\n");
    return add_text(b, "README.md", &out);
}

static qb_status add_hashes(bundle *b)
{
    const qb_evidence *e = b->e;
    qb_text out = {0};
    qb_text_appendf(&out, "%s  specification\n%s  identity\n%s  decision\n", e->experiment.sha256,
                    e->experiment.identity, e->experiment.decision);
    for (uint32_t i = 0; i < e->instances; i++)
        qb_text_appendf(&out, "%s  instance %s\n", e->instance[i].sha256, e->instance[i].name);
    return add_text(b, "hashes.txt", &out);
}

static qb_status add_specifications(bundle *b)
{
    const qb_evidence *e = b->e;
    qb_status status = qb_archive_add(b->archive, "specification.yaml", e->experiment.spec,
                                      strlen(e->experiment.spec), b->diag);
    for (uint32_t k = 0; k < e->amendments && status == QB_OK; k++) {
        char name[64];
        snprintf(name, sizeof name, "specification-amended-%" PRIu32 ".yaml", k + 1);
        status =
            qb_archive_add(b->archive, name, e->amendment[k].spec, strlen(e->amendment[k].spec), b->diag);
    }
    return status;
}

static qb_status add_tables(bundle *b)
{
    qb_text out = {0};
    qb_status status = qb_report_markup(b->e, QB_MARKDOWN, &out, b->diag);
    if (status == QB_OK)
        status = add_text(b, "table.md", &out);
    qb_text_clear(&out);
    if (status == QB_OK)
        status = qb_report_markup(b->e, QB_LATEX, &out, b->diag);
    if (status == QB_OK)
        status = add_text(b, "table.tex", &out);
    qb_text_clear(&out);
    return status;
}

/* ---- files */

static qb_status add_store(bundle *b)
{
    qb_text path = {0};
    qb_text_appendf(&path, "%s/runs.db", b->scratch);
    qb_status status = qb_store_copy(b->store, qb_text_get(&path), b->diag);
    if (status == QB_OK)
        status = qb_archive_add_file(b->archive, "runs.db", qb_text_get(&path), b->diag);
    qb_text_clear(&path);
    return status;
}

/* written: a path a line, each in FOLDER; in the archive they stand in report/. */
static qb_status add_written(bundle *b, const char *written)
{
    qb_status status = QB_OK;
    for (const char *line = written; *line && status == QB_OK; line += strcspn(line, "\n") + 1) {
        qb_text path = {0}, name = {0};
        qb_text_append_bytes(&path, line, strcspn(line, "\n"));
        const char *slash = strrchr(qb_text_get(&path), '/');
        qb_text_appendf(&name, "report/%s", slash ? slash + 1 : qb_text_get(&path));
        status = qb_archive_add_file(b->archive, qb_text_get(&name), qb_text_get(&path), b->diag);
        qb_text_clear(&path);
        qb_text_clear(&name);
    }
    return status;
}

static qb_status add_report(bundle *b)
{
    qb_text folder = {0}, written = {0};
    qb_report_options options = {.database = "runs.db", .experiment = "specification.yaml"};
    qb_text_appendf(&folder, "%s/report", b->scratch);
    qb_status status = qb_report_write(b->store, b->e, qb_text_get(&folder), &options, &written, b->diag);
    if (status == QB_OK)
        status = add_written(b, qb_text_get(&written));
    qb_text_clear(&folder);
    qb_text_clear(&written);
    return status;
}

static qb_status fill(bundle *b)
{
    static qb_status (*const add[])(bundle *) = {add_readme, add_citation, add_specifications, add_hashes,
                                                 add_tables, add_report,   add_store};
    qb_status status = QB_OK;
    for (size_t k = 0; k < sizeof add / sizeof *add && status == QB_OK; k++)
        status = add[k](b);
    return status;
}

/* A folder's name that is safe everywhere: the experiment's, other characters as '-', and its hash. */
static void name_folder(const qb_evidence *e, char folder[64])
{
    int length = snprintf(folder, 64, "%.40s-%.12s", e->experiment.name, e->experiment.sha256);
    for (int k = 0; k < length && k < 63; k++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", folder[k]) ||
            (k == 0 && folder[k] == '.'))
            folder[k] = '-';
}

qb_status qb_report_bundle(qb_store *store, const qb_evidence *evidence, const char *path,
                           const qb_bundle_options *options, qb_diag *diag)
{
    char folder[64];
    qb_scratch *scratch = NULL;
    bundle b = {.store = store, .e = evidence, .options = options, .diag = diag};
    name_folder(evidence, folder);
    qb_status status = qb_scratch_open(&scratch, diag);
    if (status == QB_OK)
        status = qb_archive_open(path, folder, &b.archive, diag);
    if (status == QB_OK) {
        b.scratch = qb_scratch_path(scratch);
        status = fill(&b);
        if (status == QB_OK)
            status = qb_archive_close(b.archive, diag);
        else
            qb_archive_discard(b.archive);
    }
    qb_scratch_close(scratch);
    return status;
}
