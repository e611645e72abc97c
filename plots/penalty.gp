# Left: the share of runs that end feasible; right: the mean gap of those; both by penalty.
array name[int(lines)]; array colour[int(lines)]; array dash[int(lines)]
stats $entry using (colour[int($0) + 1] = $5, dash[int($0) + 1] = $3, name[int($0) + 1] = strcol(4), 0) nooutput
set xrange [0.6 : last + 0.4]
set xtics noenhanced font small
size(k) = 1.1 - 0.5 * k / (lines > 1 ? lines - 1.0 : 1) # lines that coincide stay visible
set grid noxtics ytics
set key at screen 1 - 12.0 / width, line_of(62) right top horizontal samplen 2.4
left = 70.0 / width; middle = 0.5; panel = 0.5 - 92.0 / width
set bmargin at screen 62.0 / height
set tmargin at screen line_of(86 + 22 * ceil(lines / 3.0)) # the key's rows, then the titles of the panels
set label 3 'penalty: factor of the bound that certainly suffices, or rule' at screen 0.5, 16.0 / height center tc rgb ink

set multiplot
set lmargin at screen left
set rmargin at screen left + panel
set yrange [-3 : 103]
set label 4 'runs that end feasible (%)' at graph 0, graph 1 offset 0, 0.7 left tc rgb ink
plot for [k = 0 : lines - 1] $line index k using 1:2 with linespoints pt 7 ps size(k) lw (1.4 + 2 * size(k)) \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) title name[k + 1], \
     $penalty using 1:(NaN):xtic(2) with points notitle
unset key; unset label 1; unset label 2; unset label 3
set lmargin at screen middle + left
set rmargin at screen middle + left + panel
set yrange [0 : *]
set offsets 0, 0, graph 0.04, 0
set label 4 'gap of feasible runs (%)'
plot for [k = 0 : lines - 1] $line index k using 1:3 with linespoints pt 7 ps size(k) lw (1.4 + 2 * size(k)) \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) notitle, \
     $penalty using 1:(NaN):xtic(2) with points notitle
unset multiplot
