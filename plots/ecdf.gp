# Share of instance-target pairs reached by the time on the axis.
set logscale x
set xrange [first : last]
@decades_on_x
set yrange [0 : 100]
set format y '%g %%'
set xlabel measured(quantity) tc rgb ink noenhanced
set ylabel 'instance-target pairs reached' tc rgb ink
set key outside right center Left reverse
@read_entries
@draw_stairs
