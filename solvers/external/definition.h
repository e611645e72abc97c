/* A solver outside, described in YAML.
 *
 *   solver: cbc                       name, for messages
 *   homepage: https://...             where to get it
 *   licence: EPL-2.0                  its own, not ours
 *   model: mps                        what it reads: mps (fixed columns, minimised), qubo (qbsolv, minimised)
 *   answer: file                      how it answers: file (it writes one), output (it prints one), stream
 *   command: [cbc, "{model}", ...]    an argument list; no shell ever sees it
 *   files: {options.txt: "..."}       small files that it wants beside the model
 *   status:                           what its words mean; the first that was said counts
 *     - {text: "Bad image", means: failed}
 *   objective: "objective value"      its own value of the answer stands behind these words
 *   version: {command: [cbc, -quit], after: "Version:"}
 *   gap: 0                            the gap tolerance that the command asks for
 *
 * Its start-up lasts until it opens {model} for reading, and is credited back (startup.h).
 *
 * Words of the command and contents of files may hold {model}, {solution} (files in the folder where it
 * runs), {seconds} (that it should take), {whole_seconds}, {seed} (below 2^31), {threads}, {memory_mib} and
 * {here} (the folder of the definition).  A solution is in any dialect of harness/model/solution.h, in which
 * variable k of the model, from 1, is xK.  What a stream says is in stream.h.
 */
#ifndef QB_SOLVERS_EXTERNAL_DEFINITION_H
#define QB_SOLVERS_EXTERNAL_DEFINITION_H

#include "harness/base/text.h"
#include "harness/base/yaml.h"

typedef enum qb_external_answer { QB_ANSWER_FILE, QB_ANSWER_OUTPUT, QB_ANSWER_STREAM } qb_external_answer;

typedef enum qb_external_meaning {
    QB_MEANS_OPTIMAL,    /* there is a solution, and none is better */
    QB_MEANS_STOPPED,    /* a limit ended it; there is a solution */
    QB_MEANS_EMPTY,      /* a limit ended it before it had one */
    QB_MEANS_INFEASIBLE, /* proven */
    QB_MEANS_UNBOUNDED,
    QB_MEANS_FAILED,
    QB_MEANS_NOTHING, /* it said none of the words */
} qb_external_meaning;

typedef struct qb_external {
    qb_yaml *yaml; /* owns the texts */
    qb_text here;
    char sha256[65];                                                         /* of the definition */
    const char *name, *homepage, *licence, *objective, *version_after, *gap; /* NULL: not given */
    int mip;                                                                 /* else a QUBO */
    int answer;                                                              /* qb_external_answer */
    const qb_yaml_node *command, *files, *status, *version_command;          /* NULL: not given */
} qb_external;

/* By the name of a definition that ships, else by the path of a file (what holds a '/' or ends in .yaml).
 * Errors: QB_BAD_INPUT (FILE:LINE), QB_ENVIRONMENT (no such file), QB_NO_MEMORY.  Close with
 * qb_external_close. */
qb_status qb_external_open(const char *definition, qb_external *external, qb_diag *diag);
void qb_external_close(qb_external *external);

/* What its words mean: the first entry of `status` whose text stands in one of the texts [count], and the
 * line it stands in (may be cut) in quote [size]. */
typedef struct qb_external_text {
    const char *text;
    size_t size;
} qb_external_text;
qb_external_meaning qb_external_judge(const qb_external *external, const qb_external_text *text, size_t count,
                                      char *quote, size_t size);

/* The word that follows `words`, past blanks, ':' and '=', without the sentence's marks at its end; NULL when
 * there is none. */
const char *qb_external_after(qb_external_text text, const char *words, size_t *length);

/* The line in which `at` stands, printable and cut to size. */
void qb_external_quote(qb_external_text text, const char *at, char *quote, size_t size);

/* What {words} stand for. */
typedef struct qb_external_values {
    const char *model, *solution;
    double seconds;
    uint64_t seed;
    uint32_t threads;
    uint64_t memory_bytes;
} qb_external_values;

/* Appends `text` with its {words} replaced. */
void qb_external_fill(const qb_external *external, const qb_external_values *values, const char *text,
                      qb_text *out);

/* The definitions that ship: name and text, in pairs, NULL at the end. */
extern const char *const qb_external_shipped[];

#endif
