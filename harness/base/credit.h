/* Time that a run is credited back: while its clocks are held, what passes is not its own.  And time that it
 * is charged beforehand, for what was done once for all runs: its clocks start there.
 *
 * The run's process and its watcher compute with the same record, each on its own readings.  Of a hold at
 * most `most` counts, however long it is; and of CPU time no more than `threads` processors could have spent
 * in that wall time.  All times are nanoseconds since the run's start, as clocks that are never held show
 * them.
 */
#ifndef QB_BASE_CREDIT_H
#define QB_BASE_CREDIT_H

#include <stdbool.h>
#include <stdint.h>

#define QB_CREDIT_MOST_NS INT64_C(600000000000) /* of one hold */

typedef struct qb_credit {
    int64_t wall, cpu;                         /* of holds that are over */
    int64_t since_wall, since_cpu, most, held; /* of the one that is on; held: 1 while one is, else 0 */
    int64_t threads;                           /* >= 1 */
    int64_t charged;                           /* beforehand, of wall and CPU time */
} qb_credit;

qb_credit qb_credit_open(uint32_t threads, int64_t charged);

/* In all, at that moment: what the run's own clocks are behind; below 0: ahead. */
int64_t qb_credit_wall(const qb_credit *credit, int64_t wall);
int64_t qb_credit_cpu(const qb_credit *credit, int64_t wall, int64_t cpu);

/* Begins a hold, and ends the one that is on. */
void qb_credit_hold(qb_credit *credit, int64_t wall, int64_t cpu, int64_t most);

/* Ends the hold; where it is not to count, the clocks jump to where they would be without it. */
void qb_credit_resume(qb_credit *credit, int64_t wall, int64_t cpu, bool counts);

/* Can this record, which somebody else has sent, be true `wall` after the start (to a millisecond, by which
 * starts may differ)? */
bool qb_credit_is_possible(const qb_credit *credit, int64_t wall);

#endif
