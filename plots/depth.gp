# Left the ratio, right the probability of the optimum; lines are means over instances, bands their range.
array name[int(groups)]; array colour[int(groups)]
stats $group using (name[int($0) + 1] = strcol(1), colour[int($0) + 1] = $2, 0) nooutput
stats $curve using 1 nooutput
set xrange [STATS_min - 0.4 : STATS_max + 0.4]
set xtics 1
set xlabel 'layers p' tc rgb ink
gap_x = 60.0 / width
set bmargin at screen 54.0 / height
set tmargin at screen line_of(92)
set key at graph 0.98, graph 0.04 right bottom Left reverse

set multiplot
set lmargin at screen gap_x
set rmargin at screen 0.5 - 16.0 / width
set yrange [* : 1]
set label 3 measure at graph 0, graph 1 offset 0, 0.8 left font face(11) tc rgb ink noenhanced
plot for [k = 0 : groups - 1] $curve index k using 1:3:4 with filledcurves fs solid 0.15 noborder \
         lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : groups - 1] $curve index k using 1:2 with linespoints pt 7 ps 0.6 lw 2.2 \
         lc rgb int(colour[k + 1]) title name[k + 1]
unset label 1; unset label 2; unset key
set lmargin at screen 0.5 + gap_x
set rmargin at screen 1 - 16.0 / width
set logscale y
stats $curve using 6 nooutput
lowest = 10 ** floor(log10(STATS_min)); highest = 1
set yrange [lowest : highest]
@decades_on_y
set label 3 'probability of the optimum, a shot'
plot for [k = 0 : groups - 1] $curve index k using 1:6:7 with filledcurves fs solid 0.15 noborder \
         lc rgb int(colour[k + 1]), \
     for [k = 0 : groups - 1] $curve index k using 1:5 with linespoints pt 7 ps 0.6 lw 2.2 \
         lc rgb int(colour[k + 1])
unset multiplot
