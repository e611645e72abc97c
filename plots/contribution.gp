# Shapley's value (bar) and the marginal contribution (mark) of each solver.
set border 1
set yrange [rows + 0.6 : 0.4]
set xrange [0 : *]
unset ytics
set ytics scale 0 noenhanced
set grid xtics noytics
set xlabel sprintf('points of gap; all solvers together leave a mean gap of %.3g %%', virtual_best) tc rgb ink noenhanced
set key inside bottom right
half = 0.28

plot $bar using (0):1:(0):2:($1 - half):($1 + half):5 with boxxyerror fs solid 0.5 noborder lc rgb variable notitle, \
     $bar using 3:1 with points pt 2 ps 0.9 lw 2 lc rgb ink title 'lost without it', \
     $bar using (0):1:ytic(4) with points pt 0 lc rgb ink notitle, \
     keyentry with boxes fs solid 0.5 noborder lc rgb soft title "Shapley's value"
