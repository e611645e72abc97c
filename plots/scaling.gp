# Median budget to the hardest target by size; lines are fits over the sizes that were seen, and end there.
set logscale y
set format y '%h'
set xlabel 'variables' tc rgb ink
set ylabel (unit eq '' ? quantity : sprintf('%s to the hardest target (%s)', quantity, unit)) tc rgb ink noenhanced
set key outside right center Left reverse
set offsets graph 0.03, graph 0.03, graph 0.05, graph 0.05
array name[int(entries)]; array colour[int(entries)]; array dash[int(entries)]
stats $entry using (name[int($0) + 1] = strcol(1), colour[int($0) + 1] = $2, dash[int($0) + 1] = $3, 0) nooutput

plot for [k = 0 : entries - 1] $fit index k using 1:2 with lines lw 1.6 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] $points index k using 1:2 with points pt 7 ps 0.7 \
         lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] keyentry with linespoints pt 7 ps 0.7 lw 1.6 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) title name[k + 1]
