# A panel an instance: the share of a solver's runs that have reached the hardest target.
@read_entries
array instance[int(panels)]
stats $panel using (instance[int($0) + 1] = strcol(1), 0) nooutput

set logscale x
set xrange [first : last]
set yrange [0 : 104]
set tics font small
every = log10(last / first) > 3 ? 2 : 1 # labels of neighbours must not meet
@decades_on_x
longest = 0
do for [k = 1 : int(entries)] { longest = strlen(name[k]) > longest ? strlen(name[k]) : longest }
left = 84.0 / width; right = 1 - (64 + 7.6 * (longest > 24 ? 24 : longest)) / width
top = line_of(70); bottom = 34.0 / height
panel_w = (right - left) / columns; panel_h = (top - bottom) / rows
set label 3 measured(quantity) at screen (left + right) / 2, 13.0 / height center tc rgb ink noenhanced
set label 4 'runs at the hardest target' at screen 14.0 / width, (top + bottom) / 2 center rotate by 90 tc rgb ink
unset key
set label 6 shown at screen 1 - 16.0 / width, line_of(46) right font face(11) tc rgb soft noenhanced

set multiplot
do for [p = 0 : int(panels) - 1] {
    column = p % int(columns); row = p / int(columns)
    set lmargin at screen left + column * panel_w
    set rmargin at screen left + (column + 1) * panel_w - 16.0 / width
    set tmargin at screen top - row * panel_h - 30.0 / height
    set bmargin at screen top - (row + 1) * panel_h + 30.0 / height
    set ytics ((column ? '' : '0 %%') 0, '' 25, (column ? '' : '50 %%') 50, '' 75, (column ? '' : '100 %%') 100)
    set label 5 instance[p + 1][1 : 26] at graph 0, graph 1 offset 0, 0.7 left font bold(10.5) tc rgb ink noenhanced
    plot for [k = 0 : int(entries) - 1] $line index p * int(entries) + k using 1:2 with lines lw 2 \
             dt int(dash[k + 1]) lc rgb int(colour[k + 1]) notitle
    unset label 1; unset label 2; unset label 3; unset label 4; unset label 6
}
# the key in a plot of its own, as high as the figure: in a panel's it would break into columns
unset label; unset xtics; unset ytics; unset border; unset grid; unset logscale
set lmargin at screen left; set rmargin at screen right; set tmargin at screen top; set bmargin at screen bottom
set xrange [0 : 1]; set yrange [0 : 1]
set key at screen 1 - 8.0 / width, screen (top + bottom) / 2 right center Left reverse
plot for [k = 0 : int(entries) - 1] NaN with lines lw 2 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) title name[k + 1][1 : 24]
unset multiplot
