# Time to solution by size; lines are fits over the sizes that were seen, and end there.
stats $points using 1:($2 > 0 ? $2 : $5 > 0 ? $5 : NaN) nooutput name 'all'
lowest = 10 ** floor(log10(all_min_y) - 0.05); highest = 10 ** ceil(log10(all_max_y) + 0.35)
set logscale y
set yrange [lowest : highest]
@decades_on_y
# sizes on a logarithmic axis where they differ much; equal ones must not hide each other
wide = all_max_x > 6 * all_min_x
if (wide) {
    set logscale x
    set xrange [all_min_x / 1.15 : all_max_x * 1.15]
    set xtics (2, 3, 5, 7, 10, 20, 30, 50, 70, 100, 200, 300, 500, 700, 1000, 2000, 5000, 10000, 20000, 50000, 100000)
} else {
    span = all_max_x > all_min_x ? all_max_x - all_min_x : 1.0
    set xrange [all_min_x - 0.05 * span : all_max_x + 0.05 * span]
}
beside(x, k) = wide ? x * (all_max_x / all_min_x) ** (0.006 * (k - (entries - 1) / 2.0)) \
                    : x + 0.006 * span * (k - (entries - 1) / 2.0)
set xlabel 'variables' tc rgb ink
set ylabel measured(sprintf('%s to the hardest target with 99 %% probability', quantity)) tc rgb ink noenhanced font face(12)
set key outside right center Left reverse
@read_entries
plot for [k = 0 : entries - 1] $fit index k using 1:2 with lines lw 1.4 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] $points index k using (beside($1, k)):2:3:4 with yerrorbars pt 7 ps 0.6 lw 1.1 \
         lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] $points index k using (beside($1, k)):5 with points pt 9 ps 0.9 \
         lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] keyentry with linespoints pt 7 ps 0.6 lw 1.4 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) title name[k + 1], \
     keyentry with points pt 9 ps 0.9 lc rgb soft title 'at least'
