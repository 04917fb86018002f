//! Balances in memory: of a few characters while something is decided, or of a whole world in tests.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{Account, Changes, Definitions, Item, Move, Place, Refusal, Thing, births, net},
    limits::{BAG_SLOTS, CHEST_SLOTS},
};

#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Books {
    /// Never zero.
    balances: BTreeMap<(Account, Thing), i64>,
    born: BTreeSet<i64>,
}

impl Books {
    /// With a balance that is known from elsewhere.
    pub fn set(&mut self, account: Account, thing: Thing, balance: i64) {
        match balance {
            0 => self.balances.remove(&(account, thing)),
            _ => self.balances.insert((account, thing), balance),
        };
    }

    pub fn balance(&self, account: Account, thing: &Thing) -> i64 {
        let found = self.balances.get(&(account, thing.clone()));
        found.copied().unwrap_or(0)
    }

    /// What is in an account.
    pub fn contents(&self, account: Account) -> impl Iterator<Item = (&Thing, i64)> {
        let all = self.balances.iter();
        all.filter(move |((it, _), _)| *it == account)
            .map(|((_, thing), balance)| (thing, *balance))
    }

    pub fn iter(&self) -> impl Iterator<Item = (Account, &Thing, i64)> {
        self.balances
            .iter()
            .map(|((account, thing), balance)| (*account, thing, *balance))
    }

    /// Does all moves, or none. That they are well-formed is [`check`](crate::domain::check)ed before.
    ///
    /// # Errors
    /// [`Refusal::Lacking`], [`Refusal::BornTwice`].
    pub fn apply(&mut self, moves: &[Move]) -> Result<(), Refusal> {
        if let Some((unique, item)) = births(moves).find(|(it, _)| self.born.contains(it)) {
            let item = item.clone();
            return Err(Refusal::BornTwice { item, unique });
        }
        let changes = net(moves);
        if let Some((account, thing)) = self.lacking(&changes) {
            return Err(Refusal::Lacking { account, thing });
        }
        self.born.extend(births(moves).map(|(unique, _)| unique));
        for ((account, thing), change) in changes {
            let balance = self.balance(account, &thing) + change;
            self.set(account, thing, balance);
        }
        Ok(())
    }

    /// Of what can be had only as much as there is.
    fn lacking(&self, changes: &Changes) -> Option<(Account, Thing)> {
        let lacking = changes.iter().find(|((account, thing), change)| {
            !account.place.is_world() && self.balance(*account, thing) + **change < 0
        });
        lacking.map(|(key, _)| key.clone())
    }

    /// The moves, if they can be done and all of `rooms` have room afterwards.
    ///
    /// # Errors
    /// As [`Self::apply`]; [`Refusal::NoRoom`].
    pub fn possible(
        &self,
        moves: Vec<Move>,
        rooms: &[Account],
        definitions: &Definitions,
    ) -> Result<Vec<Move>, Refusal> {
        let mut after = self.clone();
        after.apply(&moves)?;
        let full = |account: &&Account| {
            let used = slots_used(&after, **account, definitions);
            // Who had too much already may still have less.
            used > slots_max(account.place) && used > slots_used(self, **account, definitions)
        };
        match rooms.iter().find(full) {
            Some(account) => Err(Refusal::NoRoom { account: *account }),
            None => Ok(moves),
        }
    }

    /// Of each item all accounts together, where that is not zero: never, unless something is broken.
    pub fn unbalanced(&self) -> BTreeMap<Item, i64> {
        let mut sums = BTreeMap::<Item, i64>::new();
        for ((_, thing), balance) in &self.balances {
            *sums.entry(thing.item.clone()).or_default() += balance;
        }
        sums.retain(|_, sum| *sum != 0);
        sums
    }
}

/// How many places of a bag or chest are taken.
pub fn slots_used(books: &Books, account: Account, definitions: &Definitions) -> u64 {
    let used = books.contents(account).map(|(thing, balance)| {
        let stack = definitions.item(&thing.item).map_or(1, |it| it.stack_max);
        balance.unsigned_abs().div_ceil(u64::from(stack))
    });
    used.sum()
}

const fn slots_max(place: Place) -> u64 {
    match place {
        Place::Bag => BAG_SLOTS,
        Place::Chest => CHEST_SLOTS,
        Place::Equipment(_) => 1,
        Place::Ground | Place::Source(_) | Place::Sink(_) => u64::MAX,
    }
}
