# Quality against cost: better is lower, cheaper is further left.
stats $points using 1 nooutput name 'all'
set logscale x
first = all_min / 1.6; last = all_max * 4 # room for the names
set xrange [first : last]
@decades_on_x
set yrange [floor_exponent - 0.15 : 0.15]
set ytics () noenhanced
set ytics add (floor_label(floor_exponent) floor_exponent)
do for [k = int(floor_exponent) + 1 : 0] { set ytics add (percent(k) k) }
set xlabel measured(sprintf('%s to the best solution, mean of medians over instances', quantity)) tc rgb ink noenhanced
set ylabel 'mean gap' tc rgb ink
unset key

plot $front using 1:2 with lines lw 1.4 dt 2 lc rgb soft, \
     $points using 1:2:(0):($3 - $2) with vectors nohead lw 0.8 lc rgb soft, \
     $points using 1:2:5 with points pt 7 ps 1.3 lc rgb variable, \
     $points using 1:3:4 with labels left offset 1.3, 0 tc rgb ink noenhanced
