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
set style fill solid 0.25 noborder

# Heading: the same place in every figure, whatever its size.
line_of(pixels) = 1.0 - pixels / height
set label 1 title at screen 16.0 / width, line_of(24) left font 'DejaVu Sans Bold,15' tc rgb ink noenhanced
set label 2 subtitle at screen 16.0 / width, line_of(46) left font 'DejaVu Sans,10.5' tc rgb soft noenhanced
set tmargin at screen line_of(76)

# A logarithmic score axis that has a zero: positions are log10(max(score, floor)).
# (Labels of tics pass through a format once more: hence the doubled signs.)
percent(k) = sprintf('%g %%%%', 100 * 10.0 ** k)
floor_label(k) = sprintf('≤ %g %%%%', 100 * 10.0 ** k)
