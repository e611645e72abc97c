# Quality against cost: better is lower, cheaper is further left.
set logscale x
set format x '%h'
set yrange [floor_exponent - 0.15 : 0.15]
set ytics () noenhanced
set ytics add (floor_label(floor_exponent) floor_exponent)
do for [k = int(floor_exponent) + 1 : 0] { set ytics add (percent(k) k) }
set xlabel (unit eq '' ? sprintf('%s to the best solution', quantity) \
                       : sprintf('%s to the best solution, mean of medians over instances (%s)', quantity, unit)) \
    tc rgb ink noenhanced
set ylabel 'mean gap' tc rgb ink
unset key
set offsets graph 0.06, graph 0.16, 0, 0

plot $points using 1:2:5 with points pt 7 ps 1.3 lc rgb variable, \
     $points using 1:3:4 with labels left offset 0.9, 0.1 tc rgb ink noenhanced
