/* Paths, tables and problems for the tests of instances. */
#ifndef QB_TESTS_INSTANCES_FIXTURE_H
#define QB_TESTS_INSTANCES_FIXTURE_H

#include "harness/model/problem.h"
#include "instances/instances.h"

#define FIXTURE_PATH 4096

/* A path in the source tree, and one in the shared instances ($QB_SHARED, else ../shared/instances). */
const char *source_path(const char *tail, char path[FIXTURE_PATH]);
const char *shared_path(const char *tail, char path[FIXTURE_PATH]);

/* Are the shared instances there?  Says on stderr when not, so that the caller can return. */
bool has_shared(void);

/* Calls visit once a data line of a tab-separated file (not for # comments nor, where `header`, the first
 * line); missing fields are "".  Returns the number of lines visited. */
enum { TSV_FIELDS = 12 };
typedef void (*tsv_visit)(char *field[TSV_FIELDS], void *context);
size_t each_tsv_line(const char *path, bool header, tsv_visit visit, void *context);

/* Reads or parses what must be well-formed; format may be NULL.  Free with qb_problem_free. */
qb_problem must_read(const char *path, const char *format);
qb_problem must_parse(const char *name, const char *format, const char *text);

/* Objective of a 0/1 string (variable 1 first) by the referee. */
double score_bits(const qb_problem *problem, const char *bits);

/* Writes in `format` and reads it back: the same canonical problem, the names that the format holds, and the same
 * bytes when it is written again. */
void check_round_trip(const qb_problem *problem, const char *format);

#endif
