# Share of runs that have reached the hardest target of their instance by the time on the axis.
set logscale x
set xrange [first : last]
@decades_on_x
set yrange [0 : 100]
set format y '%g %%'
set xlabel measured(quantity) tc rgb ink noenhanced
set ylabel 'runs at the hardest target' tc rgb ink
set key outside right center Left reverse
@read_entries
@draw_stairs
