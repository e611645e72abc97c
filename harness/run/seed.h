/* Seeds and keys of runs: derived by SHA-256 from names, never from a position in a list, so that adding an
 * entry or another repeat changes none that exists.
 */
#ifndef QB_RUN_SEED_H
#define QB_RUN_SEED_H

#include "harness/base/budget_host.h"
#include "harness/base/hash.h"

/* What makes a run this run.  copy: "" for the instance itself, else as qb_seed_copy_name writes it;
 * "+warm:" and half a hash follow where the run starts from a given vector. */
typedef struct qb_run_identity {
    const char *experiment; /* qb_experiment.identity */
    const char *instance;   /* SHA-256 of the canonical source problem */
    const char *copy, *label;
    const char *params;   /* canonical JSON of every parameter */
    const char *lowering; /* name of the lowering */
    uint32_t repeat;      /* from 0 */
    uint64_t experiment_seed;
    qb_budget_kind budget_kind;
    double budget;
    uint64_t memory_bytes;
    uint32_t threads;
} qb_run_identity;

/* The run's seed: the first 8 bytes, little-endian, of the SHA-256 over experiment seed, instance, label,
 * copy and repeat (each length-prefixed or of fixed size, hash.h). */
qb_status qb_seed_run(const qb_run_identity *identity, uint64_t *seed);

/* The key under which the run is stored: hex SHA-256 over experiment, instance, copy, label, parameters,
 * lowering, repeat and budget. */
qb_status qb_seed_key(const qb_run_identity *identity, char key[QB_SHA256_HEX]);

/* "coefficient-noise:0.02:3": kind, strength and number (from 1) of a noisy copy. */
#define QB_COPY_TEXT 96
const char *qb_seed_copy_name(const char *kind, double relative, uint32_t number, char buffer[QB_COPY_TEXT]);

/* Appends what the run starts from: other runs than those without it; half of the hash tells them apart.
 * sha256 "": nothing. */
void qb_seed_copy_start(char copy[QB_COPY_TEXT], const char *sha256);

/* The noise of copy `number`: from experiment seed, instance, kind and strength alone, so that every label gets
 * the same, whatever it starts from. */
qb_status qb_seed_copy(uint64_t experiment_seed, const char *instance, const char *kind, double relative,
                       uint32_t number, uint64_t *seed);

/* The seed of generated instance `number` of a family and size where the file gives none: from the
 * experiment's identity, so that nobody picks the instances. */
qb_status qb_seed_instance(const char *identity, const char *family, double size, uint32_t number,
                           uint64_t *seed);

#endif
