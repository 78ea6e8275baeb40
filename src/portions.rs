//! Work that the threads take from a list in portions, each with a state of its own that it keeps from one to the next.
//! Leaves out in how many threads: those of the pool.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

/// Works through a list: each thread takes the next portion of `size` elements when it is done with its own, and keeps
/// what it has found out meanwhile. A thread that comes late, being busy elsewhere, finds nothing left. One result for
/// each portion, in the order of the list.
pub(crate) fn in_portions<E: Sync, S, T: Send>(
    list: &[E],
    size: usize,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &[E]) -> T + Sync,
) -> Vec<T> {
    let portions: Vec<&[E]> = list.chunks(size).collect();
    let next = AtomicUsize::new(0);
    let of_thread = |_| {
        let mut state = None;
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(portion) = portions.get(at) else { return done };
            done.push((at, work(state.get_or_insert_with(&start), portion)));
        }
    };
    let threads = 0..rayon::current_num_threads();
    let mut all: Vec<(usize, T)> = threads.into_par_iter().with_max_len(1).flat_map_iter(of_thread).collect();
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_list() {
        let list: Vec<u32> = (0..1000).collect();
        let sums = in_portions(
            &list,
            7,
            || 0,
            |seen: &mut usize, portion: &[u32]| {
                *seen += portion.len();
                portion.iter().sum::<u32>()
            },
        );
        let expected: Vec<u32> = list.chunks(7).map(|portion| portion.iter().sum()).collect();
        assert_eq!(sums, expected);
        assert!(in_portions(&[] as &[u32], 7, || (), |(), portion| portion.len()).is_empty());
    }
}
