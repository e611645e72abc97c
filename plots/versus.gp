# One solver against another, an instance a point; below the diagonal the challenger is better.
set size square
set xrange [floor_exponent - 0.1 : 0.1]
set yrange [floor_exponent - 0.1 : 0.1]
set xtics () noenhanced; set ytics () noenhanced
set xtics add (floor_label(floor_exponent) floor_exponent)
set ytics add (floor_label(floor_exponent) floor_exponent)
do for [k = int(floor_exponent) + 1 : 0] { set xtics add (percent(k) k); set ytics add (percent(k) k) }
set xlabel sprintf('mean gap of %s', opponent) tc rgb ink noenhanced
set ylabel sprintf('mean gap of %s', ours) tc rgb ink noenhanced
set label 3 sprintf('%s better', ours) at graph 0.97, graph 0.09 right tc rgb soft noenhanced
set label 4 sprintf('%s better', opponent) at graph 0.09, graph 0.965 left tc rgb soft noenhanced
unset key

plot x with lines lw 1.2 lc rgb soft, \
     $points using 1:2 with points pt 7 ps 1.1 lc rgb int(colour) + (90 << 24) # many fall together: the darker the more
