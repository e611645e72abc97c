# Mean ranks; two solvers whose bars overlap are not told apart.
set border 1
set yrange [entries + 0.6 : 0.4]
set xrange [0.5 : entries + 0.5]
unset ytics
set ytics scale 0 noenhanced
set xtics 1
set grid xtics noytics
set xlabel sprintf("mean rank, 1 is best; bars: half the critical difference of %.2f at 5 %% (Nemenyi); Friedman p = %.2g", critical, friedman_p) tc rgb ink noenhanced
unset key

plot $rank using 2:1:($2 - critical / 2):($2 + critical / 2):4 with xerrorbars pt 7 ps 0.9 lw 2.2 lc rgb variable, \
     $rank using 2:1:ytic(3) with points pt 0 lc rgb ink
