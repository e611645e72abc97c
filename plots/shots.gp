# Share of runs that have reached the best known value by the samples on the axis.
set logscale x
set xrange [first : last]
@decades_on_x
set yrange [0 : 100]
set format y '%g %%'
set xlabel 'samples drawn (shots)' tc rgb ink noenhanced
set ylabel 'runs at the best known value' tc rgb ink
set key outside right center Left reverse
@read_entries
@draw_stairs
