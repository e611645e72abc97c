# Mean difference to the best baseline with its interval; right of zero is better, right of the dashed line enough.
set border 1
set yrange [rows + 0.6 : 0.4]
set offsets graph 0.04, graph 0.04, 0, 0
unset ytics
set ytics scale 0 noenhanced
set grid xtics noytics
set xzeroaxis; set yzeroaxis lt 1 lw 1.4 lc rgb soft
set xlabel sprintf('points of gap worse (left) or better (right) than %s: mean, ', opponent[1 : 24]) \
    .sprintf(together > 0 ? 'joint %g %% intervals' : '%g %% interval', confidence) \
    .(minimum == minimum ? sprintf('; dashed: minimum effect %g', minimum) : '') \
    tc rgb ink noenhanced offset 0, 0.2
if (minimum == minimum) { set arrow 1 from minimum, graph 0 to minimum, graph 1 nohead dt 2 lw 1.4 lc rgb ink }
unset key

# the minimum effect and zero are always in the picture
plot $effect using 2:1:3:4:6 with xerrorbars pt 7 ps 0.9 lw 2.2 lc rgb variable, \
     $effect using 2:1:ytic(5) with points pt 0 lc rgb ink, \
     '+' using (0):(rows / 2 + 0.5) every ::0::0 with points pt 0 lc rgb ink, \
     '+' using (minimum == minimum ? minimum : 0):(rows / 2 + 0.5) every ::0::0 with points pt 0 lc rgb ink
