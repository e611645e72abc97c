# How often the solver of the row beats that of the column.
set size noratio
set border 0
set yrange [entries + 0.5 : 0.5]
set xrange [0.5 : entries + 0.5]
unset grid
set tics scale 0
set xtics rotate by -35 noenhanced; set ytics noenhanced
unset key
set rmargin at screen 1 - 60.0 / width # the last name hangs out
# blue: the row wins, orange: it loses; both readable under dark text
set palette defined (-100 '#f3b184', 0 '#f4f4f2', 100 '#8cc0e0')
set cbrange [-100 : 100]
unset colorbox
crowded = entries > 10 # three numbers would run into each other
set xlabel (crowded ? 'instances won less instances lost by the solver on the left against the one below' \
                    : 'won / tied / lost instances of the solver on the left against the one below') tc rgb ink
counts(won, tied, lost) = crowded ? (won == lost ? '0' : sprintf('%+d', won - lost)) : sprintf('%d / %d / %d', won, tied, lost)

plot $wins using 1:2:(0.48):(0.46):3 with boxxyerror fs solid 1 noborder fc palette, \
     $wins using 1:2:(counts($4, $5, $6)) with labels font face(entries > 25 ? 8 : 11) tc rgb '#1a1a1a', \
     $entry using 4:4:xtic(1):ytic(1) with points pt 0 ps 0 lc rgb '#ffffff'
