/* Fuzzing without libFuzzer: every file of the given folders, as it is and with MUTATIONS seeded changes,
 * through every reader.
 *
 *   fuzz_driver MUTATIONS FOLDER...
 *
 * The same arguments give the same inputs on every machine.
 */
#define _GNU_SOURCE
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/base/text.h"
#include "instances/format.h"
#include "tests/fuzz/fuzz_reader.h"

#include <fts.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST = 8192 }; /* bytes of a seed that is changed; longer ones only run as they are */

static const char *const extremes[] = {"-1",   "0",        "2147483647", "2147483648", "99999999999999999999",
                                       "nan",  "inf",      "1e308",      "1e999",      "-1e-320",
                                       "0x1p", "\xFF\xFE", "#",          "[",          "ENDATA\n",
                                       "\r\n", "\t",       "*",          "\\",         "'MARKER'"};

/* One random change: cut, repeat, overwrite or insert. */
static void mutate(qb_text *text, qb_rng *rng)
{
    size_t length = text->length, at = (size_t)qb_rng_below(rng, length + 1);
    size_t span = (size_t)qb_rng_below(rng, 1 + (length - at < 40 ? length - at : 40));
    const char *extreme = extremes[qb_rng_below(rng, sizeof extremes / sizeof *extremes)];
    qb_text changed = {0};
    qb_text_append_bytes(&changed, text->data, at);
    switch (qb_rng_below(rng, 5)) {
    case 0: /* without the span */
        break;
    case 1: /* the span twice */
        qb_text_append_bytes(&changed, text->data + at, span);
        qb_text_append_bytes(&changed, text->data + at, span);
        break;
    case 2: /* the end is torn off */
        span = length - at;
        break;
    case 3: /* something else in its place */
        qb_text_append(&changed, extreme);
        break;
    default: /* something of its own in its place */
        qb_text_append_char(&changed, text->data[qb_rng_below(rng, length)]);
        break;
    }
    qb_text_append_bytes(&changed, text->data + at + span, length - at - span);
    qb_text_clear(text);
    *text = changed;
}

static void run_all_readers(const char *data, size_t size)
{
    qb_fuzz_reader(NULL, (const uint8_t *)data, size);
    for (const qb_format *const *f = qb_formats; *f; f++)
        qb_fuzz_reader((*f)->name, (const uint8_t *)data, size);
}

static uint64_t run_seed(const char *path, uint64_t mutations)
{
    char *data = NULL;
    size_t size;
    if (qb_file_read(path, QB_FILE_LIMIT, &data, &size, NULL) != QB_OK) /* a gzip that is broken on purpose */
        return 0;
    run_all_readers(data, size);
    uint64_t runs = 1;
    for (uint64_t k = 0; k < mutations && size > 0 && size <= LARGEST; k++, runs++) {
        qb_rng rng;
        qb_text text = {0};
        qb_rng_init(&rng, size, k);
        qb_text_append_bytes(&text, data, size);
        for (uint64_t changes = 1 + qb_rng_below(&rng, 4); changes > 0 && text.length > 0; changes--)
            mutate(&text, &rng);
        run_all_readers(qb_text_get(&text), text.length);
        qb_text_clear(&text);
    }
    qb_free(data);
    return runs;
}

int main(int argc, char **argv)
{
    uint64_t mutations, runs = 0;
    if (argc < 3 || !qb_parse_u64(argv[1], strlen(argv[1]), &mutations)) {
        fprintf(stderr, "usage: %s MUTATIONS FOLDER...\n", argv[0]);
        return 2;
    }
    FTS *tree = fts_open(argv + 2, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; tree && (entry = fts_read(tree));)
        if (entry->fts_info == FTS_F)
            runs += run_seed(entry->fts_path, mutations);
    if (tree)
        fts_close(tree);
    printf("%llu inputs through every reader\n", (unsigned long long)runs);
    return runs > 0 ? 0 : 1;
}
