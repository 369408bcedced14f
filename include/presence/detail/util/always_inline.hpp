#ifndef PRESENCE_DETAIL_UTIL_ALWAYS_INLINE_HPP
#define PRESENCE_DETAIL_UTIL_ALWAYS_INLINE_HPP

/// For a function that is so small, or in so hot a place, that a call of it shows (docs/performance.md). Without
/// optimization it would only be more to compile.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define PRESENCE_DETAIL_ALWAYS_INLINE [[gnu::always_inline]]
#else
#define PRESENCE_DETAIL_ALWAYS_INLINE
#endif

/// For the rare part of a small function, so that the rest of it can be inline.
#if defined(__GNUC__)
#define PRESENCE_DETAIL_NEVER_INLINE [[gnu::noinline]]
#else
#define PRESENCE_DETAIL_NEVER_INLINE
#endif

#endif
