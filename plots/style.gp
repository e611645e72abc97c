# What all figures share.  Given: title, subtitle, width, height, and the data of the figure.
set encoding utf8
set datafile separator "\t"
set datafile missing 'NaN'
set termoption noenhanced

ink = '#1b1b1b'; soft = '#5c5c5c'; grid = '#e3e3e3'
set style line 100 lc rgb grid lt 1 lw 0.7
set border 3 lc rgb ink lw 0.8
set tics nomirror out scale 0.5 tc rgb ink
set grid back ls 100
set key noenhanced tc rgb ink samplen 3.2 spacing 1.25
set dashtype 2 (9, 4)
set dashtype 3 (2, 3.5)
set dashtype 4 (16, 3, 3, 3) # where colours come a second and a third time: challengers, baselines, controls
set dashtype 5 (9, 3, 2, 3)
set dashtype 6 (2, 3, 2, 7)
set dashtype 7 (22, 4)
set dashtype 8 (9, 3, 2, 3, 2, 3)
set dashtype 9 (1, 2)
set style fill solid 0.25 noborder

# Sizes in pixels of the SVG: PNG and PDF count in points.
face(size) = sprintf('DejaVu Sans,%g', size * point)
bold(size) = sprintf('DejaVu Sans Bold,%g', size * point)
small = face(11) # tics take names only

# What many figures do alike, to be called as @macro: the solvers of $entry; a line a solver with its key.
read_entries = "array name[int(entries)]; array colour[int(entries)]; array dash[int(entries)]; \
    stats $entry using (name[int($0) + 1] = strcol(1), colour[int($0) + 1] = $2, dash[int($0) + 1] = $3, 0) nooutput"
draw_stairs = "plot for [k = 0 : entries - 1] $curve index k using 1:2 with lines lw 2.2 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] keyentry with lines lw 2.2 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) title name[k + 1]"
measured(what) = unit eq '' ? what : sprintf('%s (%s)', what, unit)

# Decades of a logarithmic axis from `first` to `last`, every n-th with its label, counted from the greatest.
digit(k) = word('⁰ ¹ ² ³ ⁴ ⁵ ⁶ ⁷ ⁸ ⁹', int(k) + 1)
raised(k) = (k < 0 ? '⁻' : '').(abs(k) > 9 ? digit(abs(k) / 10) : '').digit(int(abs(k)) % 10)
decade(k) = abs(k) <= 3 ? sprintf('%g', 10.0 ** k) : '10'.raised(k)
every = 1
decades_on_x = "set xtics (); set mxtics 10; \
    do for [e = int(floor(log10(last) + 1e-9)) : int(ceil(log10(first) - 1e-9)) : -1] { \
        set xtics add (((int(floor(log10(last) + 1e-9)) - e) % every ? '' : decade(e)) 10.0 ** e) }"
decades_on_y = "set ytics (); set mytics 10; \
    do for [e = int(ceil(log10(lowest) - 1e-9)) : int(floor(log10(highest) + 1e-9))] { \
        set ytics add (decade(e) 10.0 ** e) }"

# Heading: the same place in every figure, whatever its size.
line_of(pixels) = 1.0 - pixels / height
set label 1 title at screen 16.0 / width, line_of(24) left font bold(15) tc rgb ink noenhanced
set label 2 subtitle at screen 16.0 / width, line_of(46) left font face(11) tc rgb soft noenhanced
set tmargin at screen line_of(76)

# A logarithmic score axis that has a zero: positions are log10(max(score, floor)).
# (Labels of tics pass through a format once more: hence the doubled signs.)
percent(k) = sprintf('%g %%%%', 100 * 10.0 ** k)
floor_label(k) = sprintf('≤ %g %%%%', 100 * 10.0 ** k)
