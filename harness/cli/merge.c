/* qubout merge: shards together. */
#include "harness/store/merge.h"
#include "harness/cli/command.h"

#include <stdio.h>

typedef struct merge_options {
    const char *db;
} merge_options;

static const qb_option options_table[] = {
    QB_OPTION(merge_options, db, "db", QB_OPTION_TEXT, "FILE", NULL,
              "the store that takes the runs; made when missing"),
};

static int run(const void *options, const qb_arguments *arguments)
{
    const merge_options *o = options;
    qb_diag diag = {0};
    qb_store *store = NULL;
    qb_status status = o->db ? qb_store_open(o->db, QB_STORE_WRITE, &store, &diag)
                             : qb_fail(&diag, QB_BAD_INPUT, "which store takes the runs? --db FILE");
    for (int k = 0; !status && k < arguments->count; k++) {
        qb_merge_counts counts;
        status = qb_store_merge(store, arguments->word[k], &counts, &diag);
        if (!status)
            printf("%s: %llu runs added, %llu were there\n", arguments->word[k],
                   (unsigned long long)counts.added, (unsigned long long)counts.present);
    }
    qb_store_close(store);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_merge = {
    .name = "merge",
    .synopsis = "SHARD... --db FILE",
    .summary = "put the runs of several stores together",
    .description = "Each shard is one transaction. Runs that are in both with the same content are kept "
                   "once; a run that is in both "
                   "with other content refuses the shard.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(merge_options),
    .least_words = 1,
    .most_words = -1,
    .run = run,
};
