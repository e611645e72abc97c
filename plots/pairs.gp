# A panel a solver: its profile and the best baseline's, relative to the faster of the two at each target.
@read_entries

set logscale x
set xrange [first : last]
set yrange [0 : 104]
set tics font small
every = log10(last / first) > 3 ? 2 : 1 # labels of neighbours must not meet
@decades_on_x
unset key
left = 84.0 / width; right = 1 - 4.0 / width; top = line_of(70); bottom = 32.0 / height
panel_w = (right - left) / columns; panel_h = (top - bottom) / rows
set label 3 sprintf('%s to a target, relative to the faster of the two', quantity) \
    at screen 0.5, 12.0 / height center tc rgb ink noenhanced
set label 4 'instance-target pairs' at screen 14.0 / width, (top + bottom) / 2 center rotate by 90 tc rgb ink
set label 6 sprintf('grey: %s', opponent) at screen 1 - 16.0 / width, line_of(46) right font face(11) tc rgb soft noenhanced

set multiplot
do for [k = 0 : int(entries) - 1] {
    column = k % int(columns); row = k / int(columns)
    set lmargin at screen left + column * panel_w
    set rmargin at screen left + (column + 1) * panel_w - 14.0 / width
    set tmargin at screen top - row * panel_h - 30.0 / height
    set bmargin at screen top - (row + 1) * panel_h + 30.0 / height
    set ytics ((column ? '' : '0 %%') 0, '' 25, (column ? '' : '50 %%') 50, '' 75, (column ? '' : '100 %%') 100)
    set label 5 name[k + 1][1 : 24] at graph 0, graph 1 offset 0, 0.7 left font bold(12) tc rgb ink noenhanced
    plot $curve index 2 * k + 1 using 1:2 with lines lw 2 lc rgb '#c4c4c4', \
         $curve index 2 * k using 1:2 with lines lw 2.4 dt int(dash[k + 1]) lc rgb int(colour[k + 1])
    unset label 1; unset label 2; unset label 3; unset label 4; unset label 6
}
unset multiplot
