# Share of shots by objective, an outline an entry; shams are filled.
@read_entries
array sham[int(entries)]
stats $entry using (sham[int($0) + 1] = $4, 0) nooutput
set xlabel sprintf('objective of a shot on %s', instance) tc rgb ink noenhanced
set ylabel 'share of shots' tc rgb ink
set yrange [0 : *]
set key outside right center Left reverse
set arrow 1 from first best, graph 0 to first best, graph 1 nohead lw 1.4 dt 2 lc rgb soft
set label 3 'best known' at first best, graph 1 left offset -0.6, 0.7 tc rgb soft
set boxwidth bin
stats $shots using 1 nooutput
set xrange [STATS_min - bin : STATS_max + bin]

plot for [k = 0 : entries - 1] $shots index k using 1:(int(sham[k + 1]) ? $2 : NaN) with boxes fs solid 0.2 noborder \
         lc rgb int(colour[k + 1]) notitle, \
     for [k = 0 : entries - 1] $shots index k using 1:2 with histeps lw 2.2 \
         dt int(dash[k + 1]) lc rgb int(colour[k + 1]) title name[k + 1]
