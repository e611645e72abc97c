# A panel a solver: its median and quartile band in colour, the medians of all others in grey.
@read_entries

set logscale x
set xrange [first : last]
set yrange [floor_exponent - 0.08 : 0.08]
set ytics noenhanced font small
set xtics noenhanced font small
every = log10(last / first) > 3 ? 2 : 1 # labels of neighbours must not meet
@decades_on_x
unset key
left = 92.0 / width; right = 1 - 4.0 / width; top = line_of(70); bottom = 32.0 / height
panel_w = (right - left) / columns; panel_h = (top - bottom) / rows
set label 3 measured(quantity) at screen 0.5, 12.0 / height center tc rgb ink noenhanced
set label 4 'gap' at screen 14.0 / width, (top + bottom) / 2 center rotate by 90 tc rgb ink
set label 6 shown at screen 1 - 16.0 / width, line_of(46) right font face(11) tc rgb soft noenhanced

set multiplot
do for [k = 0 : int(panels) - 1] {
    column = k % int(columns); row = k / int(columns)
    set lmargin at screen left + column * panel_w
    set rmargin at screen left + (column + 1) * panel_w - 14.0 / width
    set tmargin at screen top - row * panel_h - 30.0 / height
    set bmargin at screen top - (row + 1) * panel_h + 30.0 / height
    set ytics ((column ? '' : floor_label(floor_exponent)) floor_exponent)
    do for [e = int(floor_exponent) + 1 : 0] { set ytics add ((column ? '' : percent(e)) e) }
    set label 5 name[k + 1] at graph 0, graph 1 offset 0, 0.7 left font bold(12) tc rgb ink noenhanced
    plot for [other = 0 : int(entries) - 1] $band index other using 1:3 with lines lw 1 lc rgb '#c4c4c4', \
         $band index k using 1:2:4 with filledcurves fs solid 0.25 noborder lc rgb int(colour[k + 1]), \
         $band index k using 1:3 with lines lw 2.4 lc rgb int(colour[k + 1])
    unset label 1; unset label 2; unset label 3; unset label 4; unset label 6
}
unset multiplot
