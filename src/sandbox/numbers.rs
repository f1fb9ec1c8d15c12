//! National numbers that belong to nobody: month + 80, with check digits that hold.
use crate::ids::PersonNo;

/// A random synthetic number of somebody born between 1940 and 1999.
pub fn synthetic(random: &mut impl rand::Rng) -> PersonNo {
    loop {
        let (day, month) = (random.random_range(1..=28), random.random_range(81..=92));
        // 000 to 499 is the series of those born in the 1900s.
        let (year, series) = (random.random_range(40..=99), random.random_range(0..500));
        let found = with_check_digits(&format!("{day:02}{month:02}{year:02}{series:03}"));
        if let Some(number) = found.and_then(|text| text.parse().ok()) {
            return number;
        }
    }
}

/// Nine digits and the two that follow from them, or `None` where the series has none.
fn with_check_digits(nine: &str) -> Option<String> {
    let mut digits: Vec<u32> = nine.chars().filter_map(|c| c.to_digit(10)).collect();
    for weights in [&[3, 7, 6, 1, 8, 9, 4, 5, 2][..], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]] {
        let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
        match (11 - sum % 11) % 11 {
            10 => return None,
            digit => digits.push(digit),
        }
    }
    Some(digits.iter().map(u32::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_valid_synthetic_and_not_all_the_same() {
        let mut random = rand::rng();
        let numbers: Vec<PersonNo> = (0..500).map(|_| synthetic(&mut random)).collect();
        assert!(numbers.iter().all(PersonNo::is_synthetic));
        assert!(numbers.iter().any(|one| Some(one) != numbers.first()));
    }

    #[test]
    fn check_digits_are_those_of_known_numbers() {
        for known in ["02929012332", "02929012413", "12837810092"] {
            assert_eq!(with_check_digits(&known[..9]).as_deref(), Some(known));
        }
    }
}
