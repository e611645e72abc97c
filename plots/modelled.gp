# Left a run, right a gate of its circuit: hollow is modelled, filled is measured, the cross is the break-even.
set border 1
set yrange [rows + 0.6 : 0.4]
set logscale x
set grid xtics noytics
unset key
left = 300.0 / width; middle = 0.5 * (left + 1); gap_x = 14.0 / width
hollow = '#d55e00'
every = 2

set multiplot
set tmargin at screen line_of(108)
set bmargin at screen 62.0 / height
set label 3 'modelled from published figures of the device, never measured' at screen 24.0 / width, line_of(76) \
    left offset 1, -0.2 point pt 12 ps 1.4 lw 2.2 lc rgb hollow font face(11) tc rgb hollow
set label 4 'measured: the fastest classical baseline that is as good' at screen 24.0 / width, line_of(96) \
    left offset 1, -0.2 point pt 7 ps 1 lc rgb ink font face(11) tc rgb ink
set label 5 'break-even, without reset and readout' at screen middle + gap_x, line_of(96) \
    left offset 1, -0.2 point pt 2 ps 1 lw 2.2 lc rgb ink font face(11) tc rgb ink
set lmargin at screen left
set rmargin at screen middle - gap_x
set ytics scale 0 noenhanced
first = run_first / 3; last = run_last * 3
set xrange [first : last]
@decades_on_x
set xlabel 'a run (s)' tc rgb ink
plot $circuit using 2:1:($3 - $2):(0) with vectors nohead lw 1 lc rgb grid, \
     $circuit using 3:1 with points pt 7 ps 1.1 lc rgb ink, \
     $circuit using 2:1 with points pt 12 ps 1.6 lw 2.2 lc rgb hollow, \
     $circuit using 2:1:ytic(8) with points pt 0 lc rgb '#ffffff'
unset label
set lmargin at screen middle + gap_x
set rmargin at screen 1 - 24.0 / width
unset ytics
first = gate_first / 3; last = gate_last * 3
set xrange [first : last]
@decades_on_x
set xlabel 'a gate on the longest path (s)' tc rgb ink
plot $circuit using 5:1:6:7 with xerrorbars pt 0 lw 2.2 lc rgb ink, \
     $circuit using 5:1 with points pt 2 ps 1.1 lw 2.2 lc rgb ink, \
     $circuit using 4:1 with points pt 12 ps 1.6 lw 2.2 lc rgb hollow
unset multiplot
