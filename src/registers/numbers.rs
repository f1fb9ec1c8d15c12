//! National numbers in files: checked, and hashed where they are read, so that they go no further.
use super::joining::Hashes;
use crate::{
    ids::{NumberPolicy, PersonNo},
    parties::NumberKeys,
};

/// How national numbers are read.
#[derive(Debug, Clone)]
pub struct PersonNumbers {
    pub keys: NumberKeys,
    pub policy: NumberPolicy,
}
impl PersonNumbers {
    /// Reads the number of `whose`, and never says which number it was.
    pub fn read(&self, whose: &str, text: &str) -> Result<Hashes, String> {
        let number: PersonNo = text.parse().map_err(|e| format!("{whose} is {e}"))?;
        self.policy.check(&number).map_err(|why| format!("{whose} is {why}"))?;
        let (current, older) = self.keys.labels(&number);
        Ok(Hashes { current, older })
    }
    /// Reads the number that the person had before, which must be another one.
    pub fn read_former(&self, text: &str, current: &Hashes) -> Result<Hashes, String> {
        let former = self.read("the former number", text)?;
        if former == *current {
            return Err("the former number and the number are the same".into());
        }
        Ok(former)
    }
}
