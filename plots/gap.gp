# Boxes over instances, best solver on top; a point is the mean of one instance.
set border 1
set yrange [rows + 0.6 : 0.4]
set xrange [floor_exponent - 0.08 : 0.08]
unset ytics
set ytics scale 0 noenhanced
set grid xtics noytics
set xtics () noenhanced
set xtics add (floor_label(floor_exponent) floor_exponent)
do for [k = int(floor_exponent) + 1 : 0] { set xtics add (percent(k) k) }
set xlabel 'gap: 0 % is the best known value, 100 % a random solution or a failed run' tc rgb ink offset 0, 0.2
unset key
half = 0.28

plot $box using 4:1:2:6:8 with xerrorbars pt 0 lw 1.2 lc rgb variable, \
     $box using 4:1:3:5:($1 - half):($1 + half):8 with boxxyerror fs solid 0.28 noborder lc rgb variable, \
     $points using 2:1:3 with points pt 7 ps 0.42 lc rgb variable, \
     $box using 4:($1 - half):(0):(2 * half):8 with vectors nohead lw 3 lc rgb variable, \
     $box using 4:1:ytic(7) with points pt 0 lc rgb ink
