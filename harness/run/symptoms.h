/* What on this machine would make a measurement untrustworthy, and what it would do to one, as the kernel's
 * own files show it.
 *
 * How well the machine keeps a budget is measured, not read: doctor.h.
 */
#ifndef QB_RUN_SYMPTOMS_H
#define QB_RUN_SYMPTOMS_H

typedef enum qb_grade { QB_GRADE_GOOD, QB_GRADE_NOTE, QB_GRADE_BAD } qb_grade;

typedef struct qb_symptom {
    const char
        *name; /* governor, turbo, smt, cores, load, steal, clocksource, tick, cgroups, namespaces, perf */
    qb_grade grade;
    char value[160];    /* what was found */
    const char *effect; /* what it does to a measurement, or spares it */
} qb_symptom;

typedef void (*qb_symptom_visit)(void *context, const qb_symptom *symptom);

/* Visits every symptom.  A file that cannot be read is a symptom, not an error.  Takes a quarter of a second
 * (steal is a rate). */
void qb_symptoms_examine(qb_symptom_visit visit, void *context);

#endif
