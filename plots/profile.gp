# Dolan and More's profile of the median time to a target; ranks change when a solver is added or left out.
set logscale x
set xrange [first : last]
@decades_on_x
set yrange [0 : 100]
set format y '%g %%'
set xlabel sprintf('%s to a target, relative to the fastest solver on that target', quantity) tc rgb ink noenhanced
set ylabel 'instance-target pairs' tc rgb ink
set key outside right center Left reverse
@read_entries
@draw_stairs
