/* The queries behind the report's numbers, for people who read the store from R, Python or the sqlite3 shell.
 */
#ifndef QB_STORE_VIEWS_H
#define QB_STORE_VIEWS_H

#include "harness/base/text.h"

typedef struct qb_store_query {
    const char *id;    /* "standing": what numbers on the page are linked by */
    const char *shows; /* in words */
    const char *text;  /* with :experiment where the experiment's number goes */
} qb_store_query;

extern const qb_store_query qb_store_queries[]; /* ends with a NULL id */

/* The query with the number put in, ready to be pasted; ends with a semicolon. */
void qb_store_query_text(const qb_store_query *query, int64_t experiment, qb_text *out);

#endif
