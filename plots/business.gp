# What an answer costs beyond the best known one, with its 95 % interval.
set border 1
set yrange [rows + 0.6 : 0.4]
set xrange [0 : *]
unset ytics
set ytics scale 0 noenhanced
set grid xtics noytics
set xlabel measured(sprintf('%s beyond the best known answer: mean and 95 %% interval', metric)) \
    tc rgb ink noenhanced offset 0, 0.2
unset key
half = 0.28

plot $loss using (0):1:(0):2:($1 - half):($1 + half):6 with boxxyerror fs solid 0.4 noborder lc rgb variable, \
     $loss using 2:1:3:4:6 with xerrorbars pt 0 lw 1.6 lc rgb variable, \
     $loss using (0):1:ytic(5) with points pt 0 lc rgb ink
