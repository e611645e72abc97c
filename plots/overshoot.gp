# Time beyond the budget: box of quartiles, line from 5 to 99 %, mark at the largest.
set border 1
set yrange [rows + 0.6 : 0.4]
unset ytics
set ytics scale 0 noenhanced
set grid xtics noytics
set xtics () noenhanced
do for [k = -3 : 4] { set xtics add ((k == -3 ? '≤ 0.001 ms' : sprintf('%g ms', 10.0 ** k)) k) }
set xlabel 'time beyond the budget before user code had stopped; the mark is the largest' tc rgb ink offset 0, 0.2
unset key
half = 0.28

plot $box using 4:1:2:6:9 with xerrorbars pt 0 lw 1.2 lc rgb variable, \
     $box using 4:1:3:5:($1 - half):($1 + half):9 with boxxyerror fs solid 0.28 noborder lc rgb variable, \
     $box using 7:1:9 with points pt 7 ps 0.7 lc rgb variable, \
     $box using 4:($1 - half):(0):(2 * half):9 with vectors nohead lw 3 lc rgb variable, \
     $box using 4:1:ytic(8) with points pt 0 lc rgb ink
