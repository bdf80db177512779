extern crate NAME_solution as NAME;

use NAME::longest;

#[test]
fn the_longest_word_counts_wherever_it_stands() {
    for words in [["a", "epoll"], ["epoll", "a"]] {
        let got = longest(&words);
        assert_eq!(
            got, 5,
            "of the words {words:?}, `epoll` is the longest:\n\
             expected  5\n\
             yours     {got}\n\
             Does every word have a look at it, and not only the first or the last one?"
        );
    }
}
