/** English function words: frequent in every kind of text, so they say nothing about which kind it is. */
export const stopWords: readonly string[] = `
a about above after again against all also am an and any are as at be because been before being below between both
but by can could did do does doing don down during each even few for from further get had has have having he her here
hers herself him himself his how if in into is it its itself just ll like many may me might more most much must my
myself no nor not now of off on once one only or other our ours ourselves out over own per re same shall she should so
some such than that the their theirs them themselves then there these they this those through to too two under until
up upon us use used using ve very was we well were what when where which while who whom whose why will with within
without would yet you your yours yourself yourselves
`
  .trim()
  .split(/\s+/);
