# Ratio against the strength of each channel alone; bands span the instances, the dashed line has no noise.
array name[int(groups)]; array colour[int(groups)]
stats $group using (name[int($0) + 1] = strcol(1), colour[int($0) + 1] = $2, 0) nooutput
stats $curve using 1 nooutput
first = STATS_min / 1.25; last = STATS_max * 1.25
set logscale x
set xrange [first : last]
@decades_on_x
set xlabel sprintf('strength: a probability, or a share of an angle (p = %g)', depth) tc rgb ink
set ylabel measure tc rgb ink noenhanced
set key outside right center Left reverse

plot for [k = 0 : groups - 1] $curve index k using 1:3:4 with filledcurves fs solid 0.12 noborder \
         lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : groups - 1] $curve index k using 1:2 with linespoints pt 7 ps 0.6 lw 2.2 \
         lc rgb int(colour[k + 1]) title name[k + 1], \
     quiet with lines lw 1.6 dt 2 lc rgb soft title 'no noise'
