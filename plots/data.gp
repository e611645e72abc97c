# More and Wild's profile of the median time to a target, per variable of the instance.
set logscale x
set xrange [first : last]
@decades_on_x
set yrange [0 : 100]
set format y '%g %%'
set xlabel measured(sprintf('%s to a target per variable', quantity)) tc rgb ink noenhanced
set ylabel 'instance-target pairs' tc rgb ink
set key outside right center Left reverse
@read_entries
@draw_stairs
