# What equal solvers seem to differ by, with 95 % intervals; within the dashed lines nothing is told apart.
stats $pair using (abs($3) > abs($4) ? abs($3) : abs($4)) nooutput name 'all' # before the axes have ranges: it heeds them
set border 1
set yrange [rows + 0.6 : 0.4]
unset ytics
set ytics scale 0 noenhanced
set grid xtics noytics
set yzeroaxis lt 1 lw 1.2 lc rgb soft
set xlabel 'points of gap: difference and 95 % interval' \
    .(minimum == minimum ? '; dashed: half the minimum effect' : '') \
    tc rgb ink noenhanced offset 0, 0.2
unset key
reach = all_max; if (minimum == minimum && minimum / 2 > reach) { reach = minimum / 2 }
if (reach <= 0) { reach = 0.01 }
set xrange [-1.08 * reach : 1.08 * reach]
if (minimum == minimum) {
    set arrow 1 from minimum / 2, graph 0 to minimum / 2, graph 1 nohead dt 2 lw 1.2 lc rgb soft
    set arrow 2 from -minimum / 2, graph 0 to -minimum / 2, graph 1 nohead dt 2 lw 1.2 lc rgb soft
}

plot $pair using 2:1:3:4:6 with xerrorbars pt 7 ps 0.8 lw 2.2 lc rgb variable, \
     $pair using 2:1:ytic(5) with points pt 0 lc rgb ink
