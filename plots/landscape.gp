# <C> of one layer over both angles; the white path is what the training evaluated, the ring where it ended.
set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')
set xrange [0 : gamma_most]
set yrange [beta_least : beta_most]
set xlabel 'angle of the cost, γ' tc rgb ink
set ylabel 'angle of the mixer, β' tc rgb ink
set cblabel sprintf('expectation <C> on %s, to be %s', instance, int(maximise) ? 'maximised' : 'minimised') \
    tc rgb ink noenhanced offset 0.8
set border 15
set style fill solid 1 noborder
unset grid
unset key
set rmargin at screen 1 - 132.0 / width

plot $grid using 1:2:3 with image, \
     $path using 1:2 with linespoints pt 7 ps 0.5 lw 1.8 lc rgb '#ffffff', \
     $path using 1:2 every ::int(steps) - 1 with points pt 6 ps 1.6 lw 2.4 lc rgb '#d55e00'
