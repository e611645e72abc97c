# Score that noise costs: mean over instances, bars between quartiles.
set xrange [0.55 : levels + 0.45]
set xlabel 'relative noise on the objective coefficients that the solver was given' tc rgb ink
set ylabel 'gap added, scored on the true data (percentage points)' tc rgb ink
set xtics noenhanced
set grid noxtics ytics
set key outside right center Left reverse
set xzeroaxis lt 1 lw 1.2 lc rgb soft
@read_entries

plot for [k = 0 : entries - 1] $loss index k using 1:3:(0):($4 - $3) with vectors nohead lw 1 lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] $loss index k using 1:2 with linespoints pt 7 ps 0.55 lw 2.2 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) title name[k + 1], \
     $level using 1:(NaN):xtic(2) with points notitle
