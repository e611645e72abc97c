# Time to solution by size; lines are fits over the sizes that were seen, and end there.
lowest = 10 ** floor(log10(shortest) - 0.05); highest = 10 ** ceil(log10(longest) + 0.35)
set logscale y
set yrange [lowest : highest]
@decades_on_y
# sizes on a logarithmic axis where they differ much; equal ones must not hide each other
wide = largest > 6 * smallest
if (wide) {
    set logscale x
    set xrange [smallest / 1.15 : largest * 1.15]
    set xtics (2, 3, 5, 7, 10, 20, 30, 50, 70, 100, 200, 300, 500, 700, 1000, 2000, 5000, 10000, 20000, 50000, 100000)
} else {
    span = largest > smallest ? largest - smallest : 1.0
    set xrange [smallest - 0.05 * span : largest + 0.05 * span]
}
beside(x, k) = wide ? x * (largest / smallest) ** (0.006 * (k - (entries - 1) / 2.0)) \
                    : x + 0.006 * span * (k - (entries - 1) / 2.0)
pale = int(entries > 8 ? 0xb0000000 : 0x50000000) # how much of what lies below an interval shows through
set xlabel 'variables' tc rgb ink
set ylabel measured(sprintf('%s to the hardest target with 99 %% probability', quantity)) tc rgb ink noenhanced font face(12)
set key outside right center Left reverse
@read_entries
set label 6 shown at screen 1 - 16.0 / width, line_of(46) right font face(11) tc rgb soft noenhanced

plot for [k = 0 : entries - 1] $fit index k using 1:2 with lines lw 1.4 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] $points index k using (beside($1, k)):3:(0):($4 - $3) with vectors nohead lw 1 \
         lc rgb int(colour[k + 1]) + pale notitle, \
     for [k = 0 : entries - 1] $points index k using (beside($1, k)):2 with points pt 7 ps 0.6 \
         lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] $points index k using (beside($1, k)):5 with points pt 9 ps 0.9 \
         lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] keyentry with linespoints pt 7 ps 0.6 lw 1.4 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) title name[k + 1], \
     keyentry with points pt 9 ps 0.9 lc rgb soft title 'at least'
