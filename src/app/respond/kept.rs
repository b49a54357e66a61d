//! What was asked of the source lately, by what it is about: going back to an alert shows what is known of it, also on a
//! dead line.

/// So many are kept.
const MOST: usize = 32;

/// A few values by key; the one not used for longest is dropped for a new one.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept<K, V>(Vec<(K, V)>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V: Default> Kept<K, V> {
    /// What is kept for a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.iter().find(|(of, _)| of == key).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.iter_mut().find(|(of, _)| of == key).map(|(_, value)| value)
    }

    /// What is kept for a key, made where there is nothing; it counts as used.
    pub fn entry(&mut self, key: K) -> &mut V {
        let value = match self.0.iter().position(|(of, _)| *of == key) {
            Some(at) => self.0.remove(at).1,
            None => V::default(),
        };
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        let at = self.0.len();
        self.0.push((key, value));
        &mut self.0[at].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_is_forgotten() {
        let mut kept: Kept<usize, usize> = Kept::default();
        for at in 0..MOST {
            *kept.entry(at) = at;
        }
        assert_eq!(*kept.entry(0), 0);
        kept.entry(MOST);
        assert_eq!((kept.get(&0), kept.get(&1), kept.get(&MOST)), (Some(&0), None, Some(&0)));
    }
}
