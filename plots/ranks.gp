# Demsar's diagram: mean ranks on the axis above, a leg down to each solver's name; bars join those within
# one critical difference.
half = ceil(entries / 2.0)
set border 0
unset ytics; unset grid
set xrange [1 - 0.05 * (entries - 1) : entries + 0.05 * (entries - 1)]
set yrange [-(half + 0.7) - 0.55 * groups : 2.2]
set lmargin at screen 150.0 / width; set rmargin at screen 1 - 150.0 / width; set bmargin at screen 46.0 / height
unset xtics; unset key
down = 0.55 * groups + 0.2 # legs begin their names below all bars
do for [k = 1 : int(entries)] {
    set arrow 10 + k from k, 0 to k, 0.22 nohead lw 1 lc rgb ink
    set label 10 + k sprintf('%d', k) at k, 0.62 center tc rgb ink
}
set arrow 1 from 1, 0 to entries, 0 nohead lw 1.4 lc rgb ink
set arrow 2 from 1, 1.45 to 1 + critical, 1.45 nohead lw 2.2 lc rgb ink
set label 3 sprintf('  critical difference %.2f', critical) at 1 + critical, 1.45 left tc rgb ink noenhanced
set label 4 sprintf('mean rank, 1 is best; level 5 %% (Nemenyi); Friedman p = %.2g', friedman_p) \
    at screen 0.5, 18.0 / height center tc rgb ink noenhanced
edge(side) = side > 0 ? entries + 0.03 * (entries - 1) : 1 - 0.03 * (entries - 1)

plot $leg using 1:(0):(0):(-$2 - down):5 with vectors nohead lw 1.6 lc rgb variable, \
     $leg using 1:(-$2 - down):(edge($3) - $1):(0):5 with vectors nohead lw 1.6 lc rgb variable, \
     $leg using ($3 > 0 ? NaN : edge(0)):(-$2 - down):(sprintf('%s  %.2f ', strcol(4), $1)) with labels right tc rgb ink noenhanced, \
     $leg using ($3 > 0 ? edge(1) : NaN):(-$2 - down):(sprintf(' %.2f  %s', $1, strcol(4))) with labels left tc rgb ink noenhanced, \
     $group using 1:(-0.55 * $3):($2 - $1):(0) with vectors nohead lw 4.5 lc rgb ink
