# Mean difference to the best baseline with its interval; right of zero is better.
set border 1
set yrange [rows + 0.6 : 0.4]
unset ytics
set ytics scale 0 noenhanced
set grid xtics noytics
set xzeroaxis; set yzeroaxis lt 1 lw 1.4 lc rgb soft
set xlabel sprintf('points of gap better than %s (right) or worse (left): mean and 95 %% interval', opponent) \
    tc rgb ink noenhanced offset 0, 0.2
unset key
set offsets graph 0.03, graph 0.03, 0, 0

plot $effect using 2:1:3:4:6 with xerrorbars pt 7 ps 0.9 lw 2.2 lc rgb variable, \
     $effect using 2:1:ytic(5) with points pt 0 lc rgb ink
