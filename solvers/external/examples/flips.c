/* Single flips that do not hurt, speaking the stream protocol: cc -O2 -o flips flips.c; flips MODEL SEED */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    FILE *file = argc == 3 ? fopen(argv[1], "r") : NULL;
    int n, diagonal, pairs, i, j;
    double w, value = 0, best = 1e-9;
    if (!file || fscanf(file, "p qubo 0 %d %d %d", &n, &diagonal, &pairs) != 3 || n < 1 || n > 4096)
        return 1;
    double *q = calloc((size_t)n * (size_t)n, sizeof *q);
    char *x = calloc((size_t)n + 1, 1);
    if (!q || !x)
        return 1;
    while (fscanf(file, "%d %d %lf", &i, &j, &w) == 3)
        if (i >= 0 && j >= 0 && i < n && j < n)
            q[(size_t)i * (size_t)n + (size_t)j] = q[(size_t)j * (size_t)n + (size_t)i] = w;
    unsigned long long random = strtoull(argv[2], NULL, 10);
    for (long step = 0; step < 200L * n; step++) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        i = (int)((random >> 33) % (unsigned)n);
        double gain = q[(size_t)i * (size_t)n + (size_t)i];
        for (j = 0; j < n; j++)
            gain += x[j] && j != i ? q[(size_t)i * (size_t)n + (size_t)j] : 0;
        gain = x[i] ? -gain : gain;
        if (gain > 0)
            continue;
        x[i] = !x[i];
        if ((value += gain) < best) {
            printf("incumbent %.17g ", best = value);
            for (j = 0; j < n; j++)
                putchar(x[j] ? '1' : '0');
            puts("");
            fflush(stdout);
        }
    }
    puts("done");
}
