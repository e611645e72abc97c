/* Cosines and sines of the angles of a circuit, ours because libm's differ from machine to machine.
 *
 * Angles are counted in sixteenths of a turn, so that the reduction is a rounding.  Errors below 2e-16, for
 * angles below 2^51 sixteenths.
 */
#ifndef QB_KERNELS_PHASE_H
#define QB_KERNELS_PHASE_H

/* cos and sin of j pi / 8 */
extern const double qb_sixteenth_cos[16], qb_sixteenth_sin[16];

/* sin and cos of r pi / 8 for |r| <= 1/2, errors below 5e-17: Taylor series economised by Chebyshev
 * polynomials. */
#define QB_SIN_1 0x1.921fb54442d18p-2
#define QB_SIN_3 -0x1.4abbce625bcb4p-7
#define QB_SIN_5 0x1.466bc676384c9p-14
#define QB_SIN_7 -0x1.32d2c28710c8ep-22
#define QB_SIN_9 0x1.5025389537627p-31
#define QB_COS_2 -0x1.3bd3cc9be434ap-4
#define QB_COS_4 0x1.03c1f0806b955p-10
#define QB_COS_6 -0x1.55d3b9727f53fp-18
#define QB_COS_8 0x1.e170f5392249bp-27

/* Adding it rounds a double of magnitude below 2^51 to an integer, which is then in the low bits. */
#define QB_ROUNDER 0x1.8p52

/* cos and sin of e (high + low) sixteenths of a turn. */
void qb_turn(double e, double high, double low, double *cosine, double *sine);

/* The sixteenths (high + low) that one unit of `step` turns at the angle gamma: gamma step 8 / pi. */
void qb_phase_sixteenths(double gamma, double step, double *high, double *low);

/* cos and sin of an angle in radians. */
void qb_cos_sin(double angle, double *cosine, double *sine);

#endif
