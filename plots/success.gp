# Share of runs that have reached the hardest target of their instance by the time on the axis.
set logscale x
set format x '%h'
set xrange [first : last]
set yrange [0 : 100]
set format y '%g %%'
set xlabel (unit eq '' ? quantity : sprintf('%s (%s)', quantity, unit)) tc rgb ink noenhanced
set ylabel 'runs at the hardest target' tc rgb ink
set key outside right center Left reverse
array name[int(entries)]; array colour[int(entries)]; array dash[int(entries)]
stats $entry using (name[int($0) + 1] = strcol(1), colour[int($0) + 1] = $2, dash[int($0) + 1] = $3, 0) nooutput

plot for [k = 0 : entries - 1] $curve index k using 1:2 with lines lw 2.5 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] keyentry with lines lw 2.5 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) title name[k + 1]
